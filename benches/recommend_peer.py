"""recommend_peer.py LOG LISTS METHOD SETTINGS: the same work as `benches/recommend.rs` by implicit, scikit-learn and scipy.

LOG is pairs of little-endian 32-bit numbers (user, item); SETTINGS is JSON. Writes the lists of every user, ten each, to LISTS in the
same form, and prints the seconds of fitting and of recommending, and the peak memory in MB, as JSON.
Wants `pip install numpy scipy scikit-learn implicit`."""
import json, os, resource, sys, time
log, lists, method, settings = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
os.environ["OMP_NUM_THREADS"] = "2"
os.environ["OPENBLAS_NUM_THREADS"] = "1" if method in ("als", "item_cf") else "2"
import numpy as np, scipy.sparse as sp

pairs = np.fromfile(log, dtype="<u4").reshape(-1, 2)
users, items, TOP = settings["users"], settings["items"], 10
X = sp.csr_matrix((np.ones(len(pairs), np.float32), (pairs[:, 0], pairs[:, 1])), shape=(users, items))
X.data[:] = 1
X.sort_indices()
out = np.zeros((users, TOP), "<u4")


def keep(scores, low, high):
    own = X[low:high]
    scores[np.repeat(np.arange(high - low), np.diff(own.indptr)), own.indices] = -np.inf
    best = np.argpartition(-scores, TOP, 1)[:, :TOP]
    order = np.argsort(-np.take_along_axis(scores, best, 1), 1, kind="stable")
    out[low:high] = np.take_along_axis(best, order, 1)


def in_batches(scores, size=512):
    for low in range(0, users, size):
        high = min(users, low + size)
        keep(np.asarray(scores(low, high), dtype=np.float32), low, high)


def by_implicit(model):
    for low in range(0, users, 4096):
        ids = np.arange(low, min(users, low + 4096))
        out[ids] = model.recommend(ids, X[ids], N=TOP, filter_already_liked_items=True)[0]


began = time.perf_counter()
if method == "item_cf":
    import implicit
    model = implicit.nearest_neighbours.CosineRecommender(K=settings["neighbours"], num_threads=2)
    model.fit(X, show_progress=False)
    recommend = lambda: by_implicit(model)
elif method == "als":
    import implicit
    model = implicit.als.AlternatingLeastSquares(
        factors=settings["factors"], regularization=settings["regularisation"], alpha=settings["alpha"],
        iterations=settings["iterations"], num_threads=2, random_state=1)
    model.fit(X, show_progress=False)
    recommend = lambda: by_implicit(model)
elif method == "ease":
    import scipy.linalg as sl
    G = (X.T @ X).toarray().astype(np.float32)
    G[np.diag_indices(items)] += settings["regularisation"]
    c, _ = sl.lapack.spotrf(G, lower=1, overwrite_a=1)
    B, _ = sl.lapack.spotri(c, lower=1, overwrite_c=1)
    B = np.tril(B)
    B = B + np.tril(B, -1).T
    B /= -np.diag(B)[None, :].copy()
    B[np.diag_indices(items)] = 0
    recommend = lambda: in_batches(lambda low, high: X[low:high] @ B)
elif method == "svd":
    from sklearn.decomposition import TruncatedSVD
    V = TruncatedSVD(settings["factors"], random_state=1, n_iter=4).fit(X).components_.astype(np.float32)
    recommend = lambda: in_batches(lambda low, high: (X[low:high] @ V.T) @ V)
elif method == "user_cf":
    from sklearn.neighbors import NearestNeighbors
    k = settings["neighbours"]
    near = NearestNeighbors(n_neighbors=k + 1, metric="cosine", algorithm="brute", n_jobs=2).fit(X)

    def of_users(low, high):
        distance, index = near.kneighbors(X[low:high])
        weight = np.clip(1 - distance, 0, 1)
        weight[index == np.arange(low, high)[:, None]] = 0
        offsets = np.arange(0, (high - low) * (k + 1) + 1, k + 1)
        return (sp.csr_matrix((weight.ravel().astype(np.float32), index.ravel(), offsets), shape=(high - low, users)) @ X).toarray()

    recommend = lambda: in_batches(of_users)
fitted = time.perf_counter()
recommend()
done = time.perf_counter()
out.tofile(lists)
print(json.dumps({"fit": fitted - began, "recommend": done - fitted,
                  "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
