"""Golden values of the models for findings that no published example has. Needs scipy, mpmath, numpy-financial.

python3 docs/golden/findings.py
"""
import math
import numpy as np
import numpy_financial as nf
from mpmath import mp, mpf, exp as mexp, log as mlog, matrix
from scipy.stats import beta, norm


class LCG:
    def __init__(self, seed): self.s = seed
    def u(self):
        self.s = 48271 * self.s % 2147483647
        return self.s / 2147483647.0
    def z(self): return sum(self.u() for _ in range(12)) - 6.0


print("beta intervals", {(k, n): [float(beta.ppf(q, 1 + k, 1 + n - k)) for q in (.025, .975)]
                         for k, n in [(3, 6), (0, 0), (0, 8), (8, 8), (37, 1000)]}, float(beta.cdf(.3, 4, 4)))
print("beta, trials that count for less than one", [(a, b, [float(beta.ppf(q, a, b)) for q in (.025, .975)], float(beta.cdf(.3, a, b)))
                                                   for a, b in [(3.4, 4.6), (.6, 7.5), (2.4, 1.6), (10, 4)]])

# Hawkes: error of the branching ratio from the exact Hessian of -LL in logarithms, 40 digits, at the maximum.
rng = LCG(90210); T = 2000.0; mu0, a0, b0 = .5, .9, 1.5; ev = []; x = 0.0; S = 0.0
while True:
    lb = mu0 + S; w = -math.log(rng.u()) / lb; x += w
    if x > T: break
    S *= math.exp(-b0 * w)
    if rng.u() * lb <= mu0 + S: ev.append(x); S += a0
mp.dps = 40
def ll(p):
    m, a, b = [mexp(v) for v in p]; A = mpf(0); s = mpf(0); c = m * mpf(T); prev = None
    for t in ev:
        t = mpf(t)
        if prev is not None: A = mexp(-b * (t - prev)) * (A + 1)
        s += mlog(m + a * A); prev = t; c += a / b * (1 - mexp(-b * (mpf(T) - t)))
    return s - c
p = [mlog(mpf(v)) for v in (0.48473290592292745, 0.8890072863638323, 1.4823569272008146)]
h = mpf(10) ** -10
def second(i, j):
    def at(a, b):
        q = list(p); q[i] += a * h; q[j] += b * h; return ll(q)
    return (at(1, 1) + at(-1, -1) - at(1, -1) - at(-1, 1)) / (4 * h * h)
H = matrix(3, 3)
for i in range(3):
    for j in range(i, 3): H[i, j] = H[j, i] = -second(i, j)
V = H ** -1
n = mexp(p[1] - p[2])
print("hawkes n, se", float(n), float(n * mp.sqrt(V[1, 1] + V[2, 2] - 2 * V[1, 2])))

# Best correlation, in series H, of random walks with the drift and variance of query H; real normal steps.
r = LCG(321); q = np.cumsum([r.z() for _ in range(40)]); s = np.cumsum([r.z() for _ in range(200)])
s[120:160] = .5 * q + 3 + np.array([.2 * r.z() for _ in range(40)])
zn = lambda v: (v - v.mean()) / v.std()
W = np.array([zn(s[i:i + 40]) for i in range(161)])
d = np.diff(q); g = np.random.default_rng(1)
best = np.sort([(W @ zn(np.concatenate([[0], np.cumsum(d.mean() + d.std(ddof=1) * g.standard_normal(39))]))).max() / 40
                for _ in range(200000)])
print("null quantiles 5 50 95", np.quantile(best, [.05, .5, .95]), "p of .9685", float((best >= .9685327475958557).mean()))

put = lambda S, K, T, r, q, v: (lambda d1: (K * math.exp(-r * T) * norm.cdf(v * math.sqrt(T) - d1) - S * math.exp(-q * T) * norm.cdf(-d1),
                                -math.exp(-q * T) * norm.cdf(-d1)))((math.log(S / K) + (r - q + v * v / 2) * T) / (v * math.sqrt(T)))
print("put", [repr(float(v)) for v in put(100, 110, .5, .04, .02, .3)])
print("sue", repr(float((1.10 - np.mean([.9, 1.0, 1.05, .95])) / np.std([.9, 1.0, 1.05, .95], ddof=1))))
print("npv", repr(float(nf.npv(.1, [-1000] + [300] * 5))), repr(float(nf.pv(.1, 5, -1))), repr(float(nf.npv(.08, [-65e9] + [.5 * 30e9] * 6))),
      "needed", repr(float(-nf.pmt(.08, 6, 65e9) / .5)))

# The ledger of spending: what 10 % and 25 % of two spenders' revenue make of 145 bn, at a margin of a half, 5 years, 10 %.
for share in (.1, .25):
    cash = share * (245.122e9 + 134.902e9) * .5
    print("ledger", share, "years", 145e9 / cash, "value", float(nf.npv(.1, [-145e9] + [cash] * 5)),
          float(-nf.pv(.1, 5, cash) - 145e9))
