"""Relative recovery of AVGO over NVDA after 2025-01-27 with numpy: python3 recovery_real.py BARS_DAILY_CSV"""
import csv, sys
import numpy as np

close = {symbol: {} for symbol in ("SPY", "NVDA", "AVGO")}
for row in csv.DictReader(open(sys.argv[1])):
    if row["symbol"] in close:
        close[row["symbol"]][row["date"]] = float(row["close"])
days = sorted(set.intersection(*(set(prices) for prices in close.values())))
returns = {s: np.array([p[b] / p[a] - 1 for a, b in zip(days, days[1:])]) for s, p in close.items()}
days = days[1:]
event = days.index("2025-01-27")
window = slice(event - 10 - 250, event - 10)


def abnormal(symbol):
    design = np.c_[np.ones(len(days)), returns["SPY"]]
    fit = np.linalg.lstsq(design[window], returns[symbol][window], rcond=None)[0]
    return returns[symbol] - design @ fit


difference = abnormal("AVGO") - abnormal("NVDA")
error = np.std(difference[window], ddof=1)
print("tracking error", repr(float(error)))
for horizon in range(1, 15):
    total = float(difference[event + 1 : event + 1 + horizon].sum())
    print(horizon, days[event + horizon], repr(total), repr(float(total / (error * np.sqrt(horizon)))))
