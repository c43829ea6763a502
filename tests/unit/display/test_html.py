from ductape_sync.display.html import Html, table, tag


def test_text_in_a_tag_is_escaped_and_markup_of_ours_is_not() -> None:
    assert tag("b", "<i>&", Html("<i>ours</i>")) == "<b>&lt;i&gt;&amp;<i>ours</i></b>"


def test_attributes_cannot_be_broken_out_of() -> None:
    assert tag("b", title='"><script>') == '<b title="&quot;&gt;&lt;script&gt;"></b>'


def test_heads_and_cells_of_a_table_are_escaped() -> None:
    html = table(["<h>"], [["<c>"]])
    assert "&lt;h&gt;" in html
    assert "&lt;c&gt;" in html


def test_a_table_without_heads_has_no_empty_row() -> None:
    assert "<thead" not in table((), [["a"]])
