"""What a person records: check-ins, doses, side effects; instruments; readers."""

from lodose.diary.instruments import Instrument, read_instruments
from lodose.diary.model import DailyEntry, Diary, Remark, SideEffect
from lodose.diary.reading import read_diary, scan_diary

__all__ = [
    "DailyEntry",
    "Diary",
    "Instrument",
    "Remark",
    "SideEffect",
    "read_diary",
    "read_instruments",
    "scan_diary",
]
