from integration.bench.chapters import CHAPTERS, chapters_of
from integration.bench.scenarios import DISK_CHANGED, FRONTEND, NODES, SCENARIOS, SIZED, USUAL


def test_every_scenario_is_in_one_chapter_and_they_keep_their_order() -> None:
    assert [scenario for chapter in CHAPTERS for scenario in chapter.scenarios] == list(SCENARIOS)
    for chapter in CHAPTERS:
        assert chapter.pushes or not any(scenario.pushed for scenario in chapter.scenarios)


def test_a_chapter_has_what_was_chosen_of_it() -> None:
    chosen = [USUAL[1], FRONTEND, DISK_CHANGED, *SIZED[60]]
    found = list(chapters_of(chosen))
    assert [chapter.scenarios for chapter in found] == [
        (USUAL[1], FRONTEND),
        (DISK_CHANGED,),
        SIZED[60],
    ]
    assert [chapter.packages for chapter in found] == [None, None, 60]
    assert [chapter.own_engines for chapter in found] == [False, True, False]
    assert next(chapters_of(NODES)).pushes
