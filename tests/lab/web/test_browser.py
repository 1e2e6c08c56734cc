"""The explorer in a browser: headless Chromium, driven as a person would."""

import json
import shutil

import numpy as np
import pytest

from zeronet.lab.web.explorer import explorer_page, javascript_source, rate
from zeronet.landscapes import LANDSCAPES, descend
from zeronet.optimizers import OPTIMIZERS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser():
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("Chromium or its driver is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1280,900",
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with webdriver.Chrome(options=options, service=webdriver.ChromeService(driver)) as driver:
        yield driver


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "explorer.html"
    path.write_text(explorer_page(), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def page(browser, address):
    """The page, just opened: no server, and nothing on its console."""
    browser.get("about:blank")
    browser.get(f"{address}#l=valley&lang=en")
    yield browser
    assert browser.get_log("browser") == []


def paths(page):
    """Label → the points that are drawn."""
    found = page.execute_script(
        "return paths.map(({runner, points}) => [runner.label, points.map(({place}) => place)])"
    )
    return {label: np.array(points) for label, points in found}


def state(page):
    return json.loads(page.execute_script("return JSON.stringify(state)"))


def press(page, selector, *keys):
    page.find_element("css selector", selector).send_keys(*keys)


def test_it_opens_with_the_book_s_optimizers_and_descend_s_paths(page):
    assert list(paths(page)) == ["SGD", "Momentum", "AdaGrad", "RMSProp"]
    for name, points in paths(page).items():
        np.testing.assert_array_equal(
            points, descend(LANDSCAPES["valley"](), OPTIMIZERS[name](lr=rate("valley", name)))
        )


@pytest.mark.parametrize("name", LANDSCAPES)
def test_each_landscape_begins_where_python_does(page, name):
    page.execute_script("useLandscape(arguments[0])", name)
    drawn = paths(page)["AdaGrad"]
    expected = descend(LANDSCAPES[name](), OPTIMIZERS["AdaGrad"](lr=rate(name, "AdaGrad")), steps=state(page)["steps"])
    np.testing.assert_allclose(drawn[:20], expected[:20], rtol=1e-9)


def test_a_click_starts_the_paths_there(page):
    from selenium.webdriver import ActionChains

    plane = page.find_element("id", "plane")
    ActionChains(page).move_to_element_with_offset(plane, 40, -60).click().perform()
    start = state(page)["start"]
    assert start != [-7, 2]
    assert start[0] > 0 < start[1]  # right of the middle, and above it
    for name, points in paths(page).items():
        optimizer = OPTIMIZERS[name](lr=rate("valley", name))
        np.testing.assert_array_equal(points, descend(LANDSCAPES["valley"](), optimizer, start=start))


def test_the_arrow_keys_move_the_start(page):
    press(page, "#plane", "\ue014")  # →
    assert state(page)["start"] == [-6.8, 2]


def test_a_slider_changes_the_path_and_the_numbers_beside_it(page):
    page.find_elements("css selector", "#list button.name")[2].click()  # AdaGrad
    before = paths(page)
    press(page, "#settings input[type=range][data-setting=lr]", "\ue014")
    lr = state(page)["runners"][2]["settings"]["lr"]
    assert lr > 1.5
    after = paths(page)
    np.testing.assert_array_equal(after["SGD"], before["SGD"])
    np.testing.assert_array_equal(after["AdaGrad"], descend(LANDSCAPES["valley"](), OPTIMIZERS["AdaGrad"](lr=lr)))
    assert f"lr={lr}" in page.find_element("id", "numbers-name").text


def test_the_numbers_are_those_of_explain(page):
    page.find_elements("css selector", "#list button.name")[2].click()
    page.execute_script("goTo(1)")
    words = [row.text.split() for row in page.find_elements("css selector", "#explained tr")]
    assert words[0] == ["update", "1", "x", "y"]
    assert words[1] == ["g", "-0.7", "4"]
    assert words[-1] == ["w", "-5.5", "0.5"]


def test_one_rate_for_all(page):
    page.find_element("id", "common").click()
    lr = state(page)["common"]
    for name, points in paths(page).items():
        np.testing.assert_array_equal(points, descend(LANDSCAPES["valley"](), OPTIMIZERS[name](lr=lr)))


def test_the_link_holds_everything(page, address):
    page.execute_script(
        "useLandscape('rosenbrock'); state.runners.push(readSpec('my own=RMSProp:rho=0.95')); state.chosen = 4;"
        "update(); moveStart(-1, 2); goTo(17)"
    )
    before, points = state(page), paths(page)
    page.execute_async_script("setTimeout(arguments[0], 400)")
    link = page.current_url
    page.get("about:blank")
    page.get(link)
    assert state(page) == before
    for label, drawn in paths(page).items():
        np.testing.assert_array_equal(drawn, points[label])
    assert "'my own=RMSProp:lr=0.2,rho=0.95'" in page.find_element("id", "command").text


@pytest.mark.parametrize(
    "hash", ["#l=nowhere", "#l=valley&s=a,b&n=1e9&k=-3&o=Nothing;SGD:lr=-1;%3Cscript%3E&c=99&lr=x"]
)
def test_a_damaged_link_is_no_error(browser, address, hash):
    browser.get("about:blank")
    browser.get(address + hash)
    assert paths(browser)
    assert browser.get_log("browser") == []


def test_it_plays_step_by_step_and_in_japanese(page):
    page.find_element("id", "first").click()
    assert state(page)["step"] == 0
    page.find_element("id", "forward").click()
    page.find_element("id", "play").click()
    page.implicitly_wait(5)
    page.execute_async_script("setTimeout(arguments[0], 900)")
    page.find_element("id", "play").click()
    assert state(page)["step"] > 1
    page.find_element("id", "language").click()
    assert page.find_element("tag name", "h1").text == "地形を降りる最適化手法"
    assert page.find_element("tag name", "html").get_attribute("lang") == "ja"


def test_it_is_small_and_takes_nothing_from_elsewhere():
    page = explorer_page()
    assert len(page.encode()) < 500_000
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert javascript_source() in page
