"""Files of weights that are not as they were written are refused, each way."""

import json
import pickle
import struct
import zipfile
import zlib

import pytest
import torch
from safetensors.torch import save, save_file

from speechbrain_zsfuse.hub.convert import convert_checkpoint
from speechbrain_zsfuse.loading.weights import read_weights

WEIGHTS = {"a": torch.arange(1000.0), "b": torch.ones(3)}
FIRST = "w/data/0"


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "w.pt"
    torch.save({"state_dict": WEIGHTS, "optimizer": torch.ones(9999)}, path)
    return path


def write_anew(path, change, compression=zipfile.ZIP_STORED):
    """Write a zip file again, with other members."""
    with zipfile.ZipFile(path) as old:
        members = {n: old.read(n) for n in old.namelist()}
    with zipfile.ZipFile(path, "w", compression) as new:
        for name, content in change(members):
            new.writestr(name, content)


def cut_record(path):
    write_anew(
        path,
        lambda members: [
            (name, content[:400] if name == FIRST else content)
            for name, content in members.items()
        ],
    )


def longer_record(path):
    write_anew(
        path,
        lambda members: [
            (name, content + bytes(8) if name == FIRST else content)
            for name, content in members.items()
        ],
    )


def compress(path):
    write_anew(path, dict.items, zipfile.ZIP_DEFLATED)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def twice(path):
    write_anew(path, lambda members: [*members.items(), (FIRST, bytes(4000))])


def flip_number(path):
    flip(path, 100 + path.read_bytes().index(WEIGHTS["a"].numpy().tobytes()))


def flip_pickle(path):
    """A letter of a name, which a pickle does not notice."""
    flip(path, path.read_bytes().index(b"optimizer") + 2)


def flip(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def in_the_table(path, name, offset, value):
    """Overwrite a field of a member in the table at the end of a zip file."""
    content = bytearray(path.read_bytes())
    start = content.rindex(name.encode()) - 46
    assert content[start : start + 4] == b"PK\x01\x02"
    content[start + offset : start + offset + len(value)] = value
    path.write_bytes(content)


def encrypt(path):
    in_the_table(path, FIRST, 8, b"\x01")


def lay_over(path):
    """The second tensor begins within the first, and is its own content."""
    with zipfile.ZipFile(path) as file:
        begin = file.getinfo(FIRST).header_offset
    in_the_table(path, "w/data/1", 42, struct.pack("<I", begin + 64))


def cut_file(path):
    path.write_bytes(path.read_bytes()[:3000])


DAMAGES = {
    cut_record: "the numbers of 'a' are not those that were written",
    longer_record: "the numbers of 'a' are not those that were written",
    compress: "member 'w/.*' is compressed",
    twice: "member 'w/data/0' stands in it twice",
    flip_number: "the numbers of 'a' are not those that were written",
    flip_pickle: "CRC-32.*w/data.pkl",
    encrypt: "member 'w/data/0' is encrypted",
    lay_over: "member 'w/data/1' lies over another",
    cut_file: "",
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_damaged_archive_is_refused(written, damage, tmp_path):
    assert read_weights(written).keys() == WEIGHTS.keys()
    damage(written)
    reason = f"w.pt'.*it is damaged .*{DAMAGES[damage]}.*Download it again"
    with pytest.raises(ValueError, match=reason) as caught:
        read_weights(written)
    assert "weights_only" not in str(caught.value)
    with pytest.raises(ValueError, match=reason):
        convert_checkpoint(written, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_damaged_optimizer_is_nobodys_business(written):
    with zipfile.ZipFile(written) as file:
        content = file.read("w/data/2")
    flip(written, written.read_bytes().rindex(content) + 5)
    assert read_weights(written).keys() == WEIGHTS.keys()


def test_a_tensor_beyond_its_storage_is_refused(tmp_path):
    path = tmp_path / "w.pt"
    torch.save({"a": torch.ones(7777)[:77]}, path)
    write_anew(
        path,
        lambda members: [
            (name, content.replace(b"K\x4d\x85", b"M\x4d\x7d\x85"))
            for name, content in members.items()
        ],
    )
    with pytest.raises(ValueError, match="w.pt'.*damaged .*not resizable"):
        read_weights(path)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.99])
def test_an_old_file_that_was_cut_is_refused(tmp_path, kept):
    path = tmp_path / "w.pt"
    torch.save(WEIGHTS, path, _use_new_zipfile_serialization=False)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(ValueError, match="w.pt.*(damaged|Download it again)"):
        read_weights(path)


def test_advice_to_run_what_is_in_a_file_is_never_passed_on(tmp_path):
    content = pickle.dumps({"a": zlib.crc32}, protocol=2)
    (tmp_path / "w.bin").write_bytes(content)
    with pytest.raises(ValueError, match="zlib.crc32.*Nothing was") as caught:
        read_weights(tmp_path / "w.bin")
    assert "weights_only" not in str(caught.value)


@pytest.mark.parametrize(
    "value, count",
    [
        (torch.tensor([1.0, torch.nan]), "1 of 2"),
        (torch.tensor([-torch.inf] * 3).half(), "3 of 3"),
        (torch.tensor([1e300, 1.0]).double(), "1 of 2"),
        (torch.tensor([1.0, torch.nan]).to(torch.float8_e4m3fn), "1 of 2"),
        (torch.tensor([torch.nan * 1j]), "1 of 1"),
    ],
)
@pytest.mark.parametrize("name", ["w.pt", "w.safetensors"])
def test_what_is_no_number_is_named(tmp_path, value, count, name):
    write = torch.save if name == "w.pt" else save_file
    write(WEIGHTS | {"c": value}, tmp_path / name)
    message = f"Expected numbers in 'c' of .*{name}', but {count} are NaN or"
    with pytest.raises(ValueError, match=message):
        read_weights(tmp_path / name)
    with pytest.raises(ValueError, match=message):
        convert_checkpoint(tmp_path / name, tmp_path / "new")


@pytest.mark.parametrize(
    "value",
    [
        torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
        torch.empty(10**9, 0),
        torch.eye(3).to_sparse_csr(),
    ],
    ids=["quantised", "empty", "sparse"],
)
@pytest.mark.filterwarnings("ignore:.*(quantiz|Sparse|TypedStorage)")
def test_a_tensor_without_plain_numbers_is_refused(tmp_path, value):
    torch.save({"a": value}, tmp_path / "w.pt")
    with pytest.raises(ValueError, match="w.pt"):
        read_weights(tmp_path / "w.pt")


def table_of(**entries):
    """A safetensors file of eight bytes, with a table of one's own."""
    table = json.dumps(entries).encode()
    return struct.pack("<Q", len(table)) + table + bytes(8)


def entry(begin, end, shape=(2,), dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


@pytest.mark.parametrize(
    "content",
    [
        save(WEIGHTS) + b"more",
        save(WEIGHTS)[:-1],
        table_of(a=entry(0, 16, (4,))),
        table_of(a=entry(4, 8, (1,))),
        table_of(a=entry(0, 8, (3,))),
        table_of(a=entry(0, 8), b=entry(0, 8)),
        table_of(a=entry(0, 8, dtype="F7")),
        struct.pack("<Q", 1 << 60) + bytes(99),
    ],
    ids="longer cut beyond hole shape overlap type table".split(),
)
def test_a_damaged_safetensors_is_refused(tmp_path, content):
    path = tmp_path / "w.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="w.safetensors'.*it is damaged"):
        read_weights(path)


def test_tensors_may_share_memory(tmp_path):
    table = torch.arange(10.0)
    weights = {"a": table[:5], "b": table[5:], "none": torch.empty(0)}
    torch.save(weights, tmp_path / "w.pt")
    read = read_weights(tmp_path / "w.pt")
    torch.testing.assert_close(read, weights, atol=0, rtol=0)
