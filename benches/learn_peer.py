"""scikit-learn's k-means on the points that benches/learn.rs wrote: seconds and inertia, for one beginning and for ten."""

import sys
import time

import numpy as np
from sklearn.cluster import KMeans

path, rows, width, k = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
points = np.fromfile(path, dtype=np.float32).reshape(rows, width)
KMeans(k, n_init=1, random_state=9).fit(points[:5000])
for beginnings in (1, 10):
    times, inertia = [], 0.0
    for round in range(3):
        start = time.perf_counter()
        inertia = KMeans(k, n_init=beginnings, random_state=round).fit(points).inertia_
        times.append(time.perf_counter() - start)
    print(f"{beginnings} {sorted(times)[1]} {inertia}")
