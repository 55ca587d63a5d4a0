import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.exceptions import InvalidTag

from tracker.services import sealing


def test_key_file_can_be_read_by_its_owner_only(tmp_path):
    folder = tmp_path / "evaluation-keys"
    folder.mkdir(mode=0o755)

    public = sealing.new_keypair(folder, "SAMPLE-1")

    assert len(public) == 32
    assert [
        stat.filemode(path.stat().st_mode) for path in (folder, *folder.iterdir())
    ] == [
        "drwx------",
        "-rw-------",
    ]
    assert [path.name for path in folder.iterdir()] == ["SAMPLE-1.key"]


def test_second_call_keeps_the_key_that_answers_may_be_sealed_to(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = set(
            pool.map(lambda _: sealing.new_keypair(tmp_path, "SAMPLE"), range(32))
        )

    assert len(made) == 1


@pytest.mark.parametrize("code", ["", "../up", "a/b", ".hidden", "a b", "x" * 41])
def test_code_that_could_leave_the_folder_is_refused(tmp_path, code):
    with pytest.raises(ValueError, match="letters, digits"):
        sealing.new_keypair(tmp_path / "keys", code)

    assert list(tmp_path.iterdir()) == []


def test_sealed_answers_open_with_the_private_key_only(tmp_path):
    public = sealing.new_keypair(tmp_path, "SAMPLE")
    sealing.new_keypair(tmp_path, "OTHER")
    sealed = sealing.seal(b"answers", public, "SAMPLE")

    own, other = (
        sealing.key_path(tmp_path, code).read_bytes() for code in ("SAMPLE", "OTHER")
    )
    assert sealing.unseal(sealed, own, "SAMPLE") == b"answers"
    for key, code in ((other, "SAMPLE"), (own, "OTHER")):
        with pytest.raises(InvalidTag):
            sealing.unseal(sealed, key, code)


def test_every_sealed_response_has_the_same_size_and_no_two_are_alike(tmp_path):
    public = sealing.new_keypair(tmp_path, "SAMPLE")
    texts = [b"", b"", b"x" * 1000, b"x" * sealing.ROOM_BYTES]

    sealed = [sealing.seal(text, public, "SAMPLE") for text in texts]

    assert {len(each) for each in sealed} == {sealing.PADDED_BYTES + 32 + 16}
    assert len(set(sealed)) == len(texts)


def test_what_does_not_fit_is_not_sealed(tmp_path):
    public = sealing.new_keypair(tmp_path, "SAMPLE")

    with pytest.raises(ValueError, match="do not fit"):
        sealing.seal(b"x" * (sealing.ROOM_BYTES + 1), public, "SAMPLE")
