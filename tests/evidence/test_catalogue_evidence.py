"""The records that come with Lodose, and what the loader refuses."""

from lodose.evidence import read_evidence


def test_what_comes_with_lodose_is_whole() -> None:
    evidence = read_evidence()
    assert len(evidence.claims) == 6
    assert len(evidence.studies) >= 50
