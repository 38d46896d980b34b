"""Ids that do not change when a stage is run again."""

from __future__ import annotations

import hashlib
import hmac
import os
import time
import uuid


def _digest(*parts: object) -> str:
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def recording_id(sha256: str) -> str:
    """Name a recording by the hash of its content.

    Parameters
    ----------
    sha256 : str
        Hexadecimal SHA-256 of the file's bytes.

    Returns
    -------
    str
        The id, "rec_" and 20 hexadecimal digits.
    """
    return f"rec_{sha256[:20]}"


def segmentation_id(call_id: str, unit: str, method: str, settings: str) -> str:
    """Name one way of cutting a call.

    Parameters
    ----------
    call_id : str
        The call.
    unit : str
        "utterance", "turn" or "call".
    method : str
        How it was cut, for example "voice_activity" or "elan".
    settings : str
        The settings as canonical JSON, or the hash of an imported file.

    Returns
    -------
    str
        The id, "seg_" and 20 hexadecimal digits.
    """
    return f"seg_{_digest(call_id, unit, method, settings)}"


def utterance_id(owner: str, channel: int, start_s: float, end_s: float, segmentation: str) -> str:
    """Name an utterance by where it is, so that segmenting again changes nothing.

    Parameters
    ----------
    owner : str
        The recording_id behind the channel; the call_id for a call without audio.
    channel : int
        Channel of the call, from 0.
    start_s, end_s : float
        Bounds in seconds of the call; rounded to milliseconds.
    segmentation : str
        The segmentation_id.

    Returns
    -------
    str
        The id, "utt_" and 20 hexadecimal digits.
    """
    start_ms, end_ms = round(start_s * 1000), round(end_s * 1000)
    return f"utt_{_digest(owner, channel, start_ms, end_ms, segmentation)}"


def settings_hash(settings: str) -> str:
    """Shorten canonical settings to a name for cache files.

    Parameters
    ----------
    settings : str
        The settings as canonical JSON.

    Returns
    -------
    str
        12 hexadecimal digits.
    """
    return hashlib.sha256(settings.encode()).hexdigest()[:12]


def customer_pseudonym(customer: str, key: bytes) -> str:
    """Hide a customer's id behind a keyed hash.

    The same customer keeps the same pseudonym as long as the key is the same;
    without the key nobody can try ids and compare.

    Parameters
    ----------
    customer : str
        The id as it came in the manifest.
    key : bytes
        Secret of at least 16 bytes, kept outside the workspace.

    Returns
    -------
    str
        The pseudonym, "cust_" and 16 hexadecimal digits.
    """
    mac = hmac.new(key, customer.strip().encode(), hashlib.sha256).hexdigest()
    return f"cust_{mac[:16]}"


def uuid7() -> str:
    """Make a UUID of version 7: unique, and sorted by the time it was made.

    Returns
    -------
    str
        The UUID in its usual form with hyphens (RFC 9562, section 5.7).
    """
    stamp = time.time_ns() // 1_000_000
    value = (stamp << 80) | int.from_bytes(os.urandom(10))
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=value))
