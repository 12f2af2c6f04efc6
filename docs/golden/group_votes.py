"""Which pairs of a group have a vote in recovering after 2025-01-27, and SMCI's own part of that day, with numpy:
python3 group_votes.py BARS_DAILY_CSV"""
import csv, sys
from itertools import combinations
import numpy as np

BASKET = ["NVDA", "AVGO", "MRVL", "TSM", "ASML", "ANET", "VRT", "ARM"]
close = {symbol: {} for symbol in ["SPY", "SMCI"] + BASKET}
for row in csv.DictReader(open(sys.argv[1])):
    if row["symbol"] in close:
        close[row["symbol"]][row["date"]] = float(row["close"])
days = sorted(set.intersection(*(set(prices) for prices in close.values())))
returns = {s: np.array([p[b] / p[a] - 1 for a, b in zip(days, days[1:])]) for s, p in close.items()}
days = days[1:]
event = days.index("2025-01-27")
window = slice(event - 10 - 250, event - 10)
market = np.c_[np.ones(len(days)), returns["SPY"]]


def residual(values, design):
    return values - design @ np.linalg.lstsq(design[window], values[window], rcond=None)[0]


abnormal = {s: residual(returns[s], market) for s in BASKET}
for last in days[event + 1 : event + 11]:
    h = days.index(last) - event
    for one, other in combinations(BASKET, 2):
        difference = abnormal[one] - abnormal[other]
        error = np.std(difference[window], ddof=1) * np.sqrt(h)
        total = difference[event + 1 : event + 1 + h].sum()
        if abs(total / error) >= 2 or ((one, other) == ("NVDA", "AVGO") and last == "2025-02-05"):
            ahead, behind = (one, other) if total > 0 else (other, one)
            print(last, h, ahead, "over", behind, repr(float(abs(total))), repr(float(error)), repr(float(abs(total) / error)))

# The basket's part is what of it the market leaves (orthogonal), then what both leave is SMCI's own.
basket = np.mean([returns[s] for s in BASKET], axis=0)
theme = residual(basket, market)
design = np.c_[market, theme]
own = residual(returns["SMCI"], design)
beta = np.linalg.lstsq(design[window], returns["SMCI"][window], rcond=None)[0]
deviation = np.sqrt((own[window] ** 2).sum() / (250 - 3))
centred = returns["SPY"] - returns["SPY"][window].mean()
print("SMCI", repr(float(returns["SMCI"][event])), "own", repr(float(own[event])), "residual deviation", repr(float(deviation)))
print("group part", repr(float(beta[2] * theme[event])), "market part", repr(float(beta[1] * centred[event])), "or", repr(float(beta[1] * returns["SPY"][event])))
leverage = 1 / 250 + sum(x[event] ** 2 / (x[window] ** 2).sum() for x in (centred, theme))
print("own standard error", repr(float(deviation * np.sqrt(1 + leverage))))
