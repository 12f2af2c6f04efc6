"""Relative recovery by Python's standard library: python3 recovery.py; values for RecoveryTests."""
import math, statistics


class Noise:
    """s = 48271·s mod (2³¹ − 1), u = s/(2³¹ − 1), z = (u₁ + … + u₁₂) − 6."""

    def __init__(self, seed):
        self.state = seed

    def normal(self):
        total = 0.0
        for _ in range(12):
            self.state = 48271 * self.state % 2147483647
            total += self.state / 2147483647.0
        return total - 6


noise = Noise(1010)
difference = []
for bar in range(140):
    first = 0.02 * noise.normal() + (0.015 if bar >= 120 else 0)
    difference.append(first - 0.01 * noise.normal())
error = statistics.stdev(difference[:120])
print("tracking error", repr(error))
for horizon in (1, 5, 20):
    total = math.fsum(difference[120 : 120 + horizon])
    z = total / (error * math.sqrt(horizon))
    print(horizon, repr(total), repr(z), "vote" if abs(z) >= 2 else "no vote")
