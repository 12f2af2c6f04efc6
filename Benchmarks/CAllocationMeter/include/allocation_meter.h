// Counts what malloc and its kin have given out: in this executable they are ours, around glibc's.
#pragma once
#include <stddef.h>

/// Begins a measurement: the peak is what is in use now.
void allocation_meter_reset(void);
/// The most bytes in use at once since the measurement began, beyond those in use then.
size_t allocation_meter_peak(void);
