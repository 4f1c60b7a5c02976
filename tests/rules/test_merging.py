"""Two people at one form lose nothing that either of them wrote."""

from hypothesis import given
from hypothesis import strategies as st

from caicach.rules.merging import merge

NAMES = ("name", "result", "fee")
FORMS = st.fixed_dictionaries({name: st.sampled_from("abc") for name in NAMES})


@given(FORMS, FORMS, FORMS)
def test_each_field_is_who_changed_it_and_both_are_told(base, mine, theirs):
    merged = merge(base, mine, theirs)
    for name in NAMES:
        if mine[name] == base[name]:
            assert merged.values[name] == theirs[name], "what I left alone never overwrites"
        else:
            assert merged.values[name] == mine[name], "what I typed is there"
        both = base[name] != mine[name] != theirs[name] != base[name]
        assert (merged.against.get(name) == theirs[name]) == both and (name in merged.against) == both
        assert (name in merged.taken) == (mine[name] == base[name] != theirs[name])


@given(FORMS, FORMS)
def test_who_is_alone_keeps_what_is_typed(base, mine):
    merged = merge(base, mine, base)
    assert merged.values == mine and not merged.taken and not merged.against


@given(FORMS, FORMS)
def test_without_a_beginning_every_difference_is_told(mine, theirs):
    merged = merge({}, mine, theirs)
    assert merged.values == mine and set(merged.against) == {n for n in NAMES if mine[n] != theirs[n]}
