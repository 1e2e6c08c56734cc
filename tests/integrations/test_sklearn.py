"""zeronet's estimators under scikit-learn's own checks, and beside its MLPs."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from zeronet import SGD, Momentum
from zeronet.common.errors import UserError
from zeronet.integrations import sklearn as integration
from zeronet.integrations.sklearn import ZeronetClassifier, ZeronetRegressor


@pytest.mark.filterwarnings("ignore")  # the checks hand over odd data on purpose
@parametrize_with_checks([ZeronetClassifier(), ZeronetRegressor()])
def test_scikit_learns_own_checks_pass(estimator, check):
    check(estimator)


def only_in_float64(estimator):
    """What asks for equal predictions to 1e-7 though the sums are in another order."""
    return {"check_sample_weight_equivalence_on_dense_data": "float32 rounds each sum to 6e-8"}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([ZeronetClassifier(), ZeronetRegressor()], expected_failed_checks=only_in_float64)
def test_scikit_learns_own_checks_pass_in_float32(estimator, check, monkeypatch):
    monkeypatch.setattr(integration, "DTYPES", np.float32)
    check(estimator)


def iris():
    x, y = load_iris(return_X_y=True)
    return StandardScaler().fit_transform(x), y


PAIRS = {
    "sgd:lr=0.1": {"solver": "sgd", "learning_rate_init": 0.1, "momentum": 0.0, "nesterovs_momentum": False},
    "momentum:lr=0.05": {"solver": "sgd", "learning_rate_init": 0.05, "nesterovs_momentum": False},
    "nesterov:dialect=keras,lr=0.05": {"solver": "sgd", "learning_rate_init": 0.05},
    "adam:dialect=keras,eps=1e-8,lr=0.01": {"solver": "adam", "learning_rate_init": 0.01},
}


@pytest.mark.parametrize("optimizer", PAIRS)
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_the_loss_curve_is_that_of_scikit_learns_classifier(optimizer, activation):
    x, y = iris()
    batches = [np.random.default_rng(k).permutation(len(x))[:32] for k in range(100)]
    ours = ZeronetClassifier((16, 8), activation, optimizer=optimizer)
    theirs = MLPClassifier((16, 8), activation, alpha=0.0, shuffle=False, **PAIRS[optimizer])
    start_from(theirs, ours, x, y, classes=np.unique(y))
    for batch in batches:
        ours.partial_fit(x[batch], y[batch])
        theirs.partial_fit(x[batch], y[batch])
    np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-12)
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), rtol=1e-10, atol=1e-14)


def start_from(theirs, ours, x, y, **first):
    """Make both, and give the first weights of ours to scikit-learn's estimator, as if it had drawn them."""
    named = {"classes": first["classes"]} if first else {}
    idle = clone(ours).set_params(optimizer=SGD(lr=1e-300), random_state=0).partial_fit(x, y, **named)
    ours.random_state = 0

    def initialized(y, layer_units, dtype, original=theirs._initialize):
        original(y, layer_units, dtype)
        theirs.coefs_, theirs.intercepts_ = [w.copy() for w in idle.coefs_], [b.copy() for b in idle.intercepts_]

    theirs._initialize = initialized
    if first:
        original = ours.partial_fit
        ours.partial_fit = lambda x, y: original(x, y, classes=first["classes"])
        inner = theirs.partial_fit
        theirs.partial_fit = lambda x, y: inner(x, y, classes=first["classes"])


def test_the_loss_curve_is_that_of_scikit_learns_regressor_but_for_its_half():
    x, _ = iris()
    y = x @ [1.0, -2.0, 0.5, 0.0] + x[:, 0] ** 2
    ours = ZeronetRegressor(16, optimizer="sgd:lr=0.01")
    theirs = MLPRegressor(
        hidden_layer_sizes=(16,), alpha=0.0, solver="sgd", learning_rate_init=0.02, momentum=0.0, shuffle=False
    )
    start_from(theirs, ours, x, y)
    for k in range(50):
        batch = np.random.default_rng(k).permutation(len(x))[:32]
        ours.partial_fit(x[batch], y[batch])
        theirs.partial_fit(x[batch], y[batch])
    np.testing.assert_allclose(ours.loss_curve_, 2 * np.array(theirs.loss_curve_), rtol=1e-12)


def test_weights_count_as_repetitions():
    x, y = iris()
    weights = np.random.default_rng(0).integers(0, 3, len(x))
    settings = {"optimizer": "sgd:lr=0.1", "batch_size": 10**6, "max_iter": 30, "random_state": 0}
    for estimator, targets in ((ZeronetClassifier(8, **settings), y), (ZeronetRegressor(8, **settings), y * 1.0)):
        weighted = clone(estimator).fit(x, targets, sample_weight=weights)
        repeated = clone(estimator).fit(x.repeat(weights, axis=0), targets.repeat(weights))
        np.testing.assert_allclose(weighted.loss_curve_, repeated.loss_curve_, rtol=1e-9)
        for ours, theirs in zip(weighted.coefs_, repeated.coefs_, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-10)


def test_balanced_classes_are_weights_of_their_inverse_frequency():
    x, y = iris()
    x, y = x[20:120], y[20:120]  # 30, 50, 20 of the three classes
    settings = {"max_iter": 5, "random_state": 0}
    balanced = ZeronetClassifier(8, class_weight="balanced", **settings).fit(x, y)
    by_hand = ZeronetClassifier(8, **settings).fit(x, y, sample_weight=100 / (3 * np.array([30, 50, 20]))[y])
    assert balanced.loss_curve_ == by_hand.loss_curve_


def test_a_pipeline_is_searched_and_cross_validated_in_processes():
    x, y = iris()
    model = make_pipeline(StandardScaler(), ZeronetClassifier(8, max_iter=20, random_state=0))
    grid = {"zeronetclassifier__optimizer": ["sgd:lr=1e-6", "rmsprop:lr=0.03", SGD(lr=1e-6)]}
    search = GridSearchCV(model, grid, n_jobs=2, cv=3).fit(x, y)
    assert search.best_params_ == {"zeronetclassifier__optimizer": "rmsprop:lr=0.03"}
    assert cross_val_score(search.best_estimator_, x, y, cv=3).mean() == search.best_score_


def test_labels_may_be_words_and_frames_keep_their_names():
    x, y = iris()
    frame, names = pd.DataFrame(x, columns=list("abcd")), np.array(["setosa", "versicolor", "virginica"])[y]
    shuffled = np.random.default_rng(0).permutation(len(x))
    model = ZeronetClassifier(8, optimizer="adam:lr=0.01", random_state=0)
    model.fit(frame.iloc[shuffled], pd.Series(names).iloc[shuffled])
    assert model.score(frame, names) > 0.9 and set(model.predict(frame)) == set(names)
    assert list(model.feature_names_in_) == list("abcd")
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame[list("dcba")])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_computation_has_the_type_of_the_data(dtype):
    x, y = iris()
    model = ZeronetClassifier(4, max_iter=2).fit(x.astype(dtype), y)
    assert model.coefs_[0].dtype == dtype and model.predict_proba(x.astype(dtype)).dtype == dtype


def test_a_copy_through_pickle_predicts_the_same_and_goes_on_the_same():
    x, y = iris()
    model = ZeronetClassifier(8, dropout=0.2, batch_norm=True, max_iter=3, random_state=0).fit(x, y)
    twin = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(model.predict_proba(x), twin.predict_proba(x))
    np.testing.assert_array_equal(model.partial_fit(x, y).coefs_[0], twin.partial_fit(x, y).coefs_[0])
    assert model.network_.params["W1"].base is not None  # views again: what the optimizer moves is what predicts


def test_fitting_again_starts_over_and_with_warm_start_goes_on():
    x, y = iris()
    model = ZeronetClassifier(8, max_iter=3, random_state=0).fit(x, y)
    first = list(model.loss_curve_)
    assert model.fit(x, y).loss_curve_ == first
    model.set_params(warm_start=True).fit(x, y)
    assert model.loss_curve_[:3] == first and len(model.loss_curve_) == 6 and model.loss_curve_[3] < first[0]


def test_early_stopping_keeps_the_weights_that_were_best_on_the_examples_set_aside():
    x, y = load_digits(return_X_y=True)
    model = ZeronetClassifier(30, early_stopping=True, n_iter_no_change=3, random_state=0).fit(x / 16, y)
    assert model.n_iter_ == len(model.validation_scores_) < 200
    best = int(np.argmax(model.validation_scores_))
    assert model.best_validation_score_ == model.validation_scores_[best]
    shorter = ZeronetClassifier(30, early_stopping=True, max_iter=best + 1, random_state=0).fit(x / 16, y)
    np.testing.assert_array_equal(model.coefs_[0], shorter.coefs_[0])


def test_training_ends_where_the_loss_gets_no_better():
    x, y = iris()
    model = ZeronetClassifier(4, tol=10.0, n_iter_no_change=4, random_state=0).fit(x, y)
    assert model.n_iter_ == MLPClassifier(4, tol=10.0, n_iter_no_change=4, random_state=0).fit(x, y).n_iter_


def test_the_optimizer_that_was_handed_over_stays_unused():
    x, y = iris()
    optimizer = Momentum(lr=0.05)
    model = ZeronetClassifier(4, optimizer=optimizer, max_iter=3, random_state=0).fit(x, y)
    assert optimizer.t == 0 and model.optimizer_.t == 3
    named = ZeronetClassifier(4, optimizer="momentum:lr=0.05", max_iter=3, random_state=0).fit(x, y)
    assert named.loss_curve_ == model.loss_curve_


def test_a_schedule_spans_all_epochs():
    x, y = iris()
    settings = {"max_iter": 10, "batch_size": 50, "random_state": 0}
    model = ZeronetClassifier(4, optimizer="sgd:lr=0.1", schedule="cosine", **settings).fit(x, y)
    assert model.optimizer_.schedule.horizon == 30
    with pytest.raises(UserError, match="schedule goes with the name"):
        ZeronetClassifier(4, optimizer=SGD(), schedule="cosine").fit(x, y)


def test_l2_pulls_the_weights_to_zero():
    x, y = iris()
    loose, tight = (ZeronetClassifier(8, optimizer="sgd:lr=0.1", l2=l2).fit(x, y) for l2 in (0.0, 0.5))
    assert np.linalg.norm(tight.coefs_[0]) < 0.5 * np.linalg.norm(loose.coefs_[0])


def test_an_own_class_is_an_optimizer_too():
    class Sign:
        def __init__(self, lr=0.01):
            self.lr = lr

        def update(self, params, grads):
            for key in params:
                params[key] -= self.lr * np.sign(grads[key])

    x, y = iris()
    assert ZeronetClassifier(8, optimizer=Sign(), random_state=0).fit(x, y).score(x, y) > 0.9
    with pytest.raises(UserError, match="l2 needs one of zeronet's optimizers"):
        ZeronetClassifier(8, optimizer=Sign(), l2=0.1).fit(x, y)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"optimizer": "rmsprob"}, "did you mean RMSProp"),
        ({"optimizer": SGD}, r"call it, SGD\(\)"),
        ({"optimizer": "sgd:lr=-1"}, "lr"),
        ({"schedule": "cosin"}, "did you mean cosine"),
        ({"hidden_layer_sizes": 0}, "hidden_layer_sizes must be at least 1"),
        ({"hidden_layer_sizes": (3, 2.5)}, "hidden_layer_sizes must be an integer"),
        ({"activation": "swish"}, "activation must be one of"),
        ({"batch_size": "all"}, "batch_size must be an integer"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"max_iter": 0}, "max_iter must be at least 1"),
        ({"n_iter_no_change": 0}, "n_iter_no_change must be at least 1"),
        ({"dropout": 1.0}, "dropout"),
        ({"l2": -1.0}, "l2"),
        ({"early_stopping": True, "validation_fraction": 1.5}, "test_size"),
    ],
)
def test_a_bad_setting_is_named(settings, words):
    x, y = iris()
    with pytest.raises(ValueError, match=words):
        ZeronetClassifier(**settings).fit(x, y)


def test_bad_data_are_refused_with_the_cure():
    x, y = iris()
    with pytest.raises(TypeError, match=r"toarray\(\)"):
        ZeronetClassifier().fit(csr_array(x), y)
    with pytest.raises(ValueError, match="NaN"):
        ZeronetClassifier().fit(np.where(x > 2, np.nan, x), y)
    with pytest.raises(ValueError, match="labels that the first call did not have"):
        ZeronetClassifier(4, max_iter=1).partial_fit(x[:100], y[:100]).partial_fit(x, y)
    with pytest.raises(ValueError, match="Negative values in data passed to `sample_weight`"):
        ZeronetClassifier(4).fit(x, y, sample_weight=-np.ones(len(x)))
    with pytest.raises(UserError, match="early_stopping=False"):
        ZeronetClassifier(early_stopping=True).partial_fit(x, y)


def test_verbose_prints_each_epoch(capsys):
    x, y = iris()
    ZeronetClassifier(4, max_iter=2, verbose=True, random_state=0).fit(x, y)
    assert [line.split(",")[0] for line in capsys.readouterr().out.splitlines()] == ["Iteration 1", "Iteration 2"]


def test_a_regressor_has_one_output_or_several():
    x, _ = iris()
    y = np.column_stack([x[:, 0] ** 2, x[:, 1]])
    model = ZeronetRegressor(32, optimizer="adam:lr=0.01", random_state=0)
    assert model.fit(x, y).predict(x).shape == (150, 2) and model.score(x, y) > 0.9
    assert model.fit(x, y[:, 0]).predict(x).shape == (150,)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs = MLPRegressor(hidden_layer_sizes=(32,), learning_rate_init=0.01, random_state=0).fit(x, y)
    assert model.fit(x, y).score(x, y) > theirs.score(x, y) - 0.05
