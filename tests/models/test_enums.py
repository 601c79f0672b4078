"""The meanings of integers and words, and the asset source type system."""

import pytest

from delula.models.enums import (
    AccessRole,
    AccountType,
    AssetSource,
    AssetType,
    AudioType,
    ChannelType,
    CreditTransactionType,
    GenerationStatus,
    InvalidAssetSourceError,
    ServiceType,
    UserAssetOrigin,
    label,
    wording,
)


def test_numbers_are_those_of_the_product() -> None:
    assert [(it.value, it.name) for it in AccountType] == [(1, "SYSTEM"), (2, "GUEST"), (3, "REGISTERED")]
    assert [(it.value, it.name) for it in AccessRole] == [(1, "USER"), (2, "TEST"), (3, "ADMIN")]
    assert [it.value for it in ChannelType] == list(range(1, 27))
    assert (ChannelType(8), ChannelType(26)) == (ChannelType.VIDEO_FRAMES, ChannelType.TEMPLATE)


def test_labels_name_known_unknown_and_missing_values() -> None:
    assert label(AccountType.REGISTERED) == "Registered"
    assert label(ServiceType.TEXT_TO_IMAGE) == "Text-to-Image"
    # Equal numbers of different enums keep their own words.
    assert [label(AudioType(1)), label(ServiceType(1)), label(AccountType(1))] == [
        "Sound",
        "Text-to-Image",
        "System",
    ]
    assert label(UserAssetOrigin.IMPORTED_FROM_GENERATION) == "Imported from generation"
    assert label(ChannelType.IMAGE_URL) == "Image URL"
    assert label(GenerationStatus.COMPLETED) == "Completed"
    assert [label(7), label("cancelled"), label(None)] == ["Unknown (7)", "Unknown (cancelled)", "Not set"]


def test_a_text_that_reads_like_the_words_of_another_is_told_apart_from_it() -> None:
    words = [wording(CreditTransactionType.USAGE), wording("Usage"), wording("usage"), wording("gift")]
    assert words == ["Usage", "“Usage”", "usage", "gift"]


def test_asset_types_know_what_the_product_accepts() -> None:
    assert AssetType.IMAGE.extensions == ("jpg", "jpeg", "png", "webp")
    assert AssetType.VIDEO.size_cap == 500 * 1024 * 1024
    assert [kind.folder for kind in AssetType] == ["images", "videos", "audio", "documents"]


@pytest.mark.parametrize(
    ("source", "number", "word", "table", "private"),
    [
        (AssetSource.SYSTEM, 1, "system", "system_assets", False),
        (AssetSource.USER, 2, "user", "user_assets", True),
        (AssetSource.GENERATION, 3, "generation", "generations", True),
        (AssetSource.MARKET, 4, "market", "market_assets", False),
    ],
)
def test_an_asset_source_knows_its_number_word_table_and_privacy(
    source: AssetSource, number: int, word: str, table: str, *, private: bool
) -> None:
    assert (source.to_number(), str(source), source.table_name) == (number, word, table)
    assert (source.requires_auth, source.isolated_by_user) == (private, private)
    assert AssetSource.from_number(number) is source
    assert AssetSource.from_string(word) is source
    assert AssetSource.is_valid_number(number)
    assert AssetSource.is_valid_string(word)


@pytest.mark.parametrize("number", [0, 5, -1, True, 2.0, "2", None])
def test_no_other_number_is_an_asset_source(number: int) -> None:
    assert not AssetSource.is_valid_number(number)
    with pytest.raises(InvalidAssetSourceError, match=r"known are 1 \(system\), 2 \(user\)"):
        AssetSource.from_number(number)


@pytest.mark.parametrize("word", ["USER", "User", "", "users", " user", 2, None])
def test_no_other_word_is_an_asset_source(word: str) -> None:
    assert not AssetSource.is_valid_string(word)
    with pytest.raises(InvalidAssetSourceError):
        AssetSource.from_string(word)
