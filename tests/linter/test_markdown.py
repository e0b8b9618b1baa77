"""The Markdown of rules and cases."""

from __future__ import annotations

from lint_rules.engine.markdown import sections, without_marks

TEXT = """\
First line.

## Bad
Prose.
```python file="app.py"
## no heading
x = 1  # expect: one, two
# expect: three
```
```yaml file="template.yaml"
a: 1  # expect: four
```
```python file="app.py"
y = 2
```

## Good
expect: five at row 2
````python
```
````
```json fixed
{}
```
"""


def test_headings_split_a_text_outside_fences():
    assert [section.title for section in sections(TEXT)] == ["", "Bad", "Good"]
    assert [section.prose.partition("\n")[0] for section in sections(TEXT)][:2] == ["First line.", "Prose."]


def test_fences_one_after_the_other_are_one_project_until_a_file_comes_again():
    bad = next(section for section in sections(TEXT) if section.title == "Bad")
    first, second = bad.examples()
    assert first == (
        {"app.py": "## no heading\nx = 1\n\n", "template.yaml": "a: 1\n"},
        [("one", 2, "app.py"), ("two", 2, "app.py"), ("three", 3, "app.py"), ("four", 1, "template.yaml")],
    )
    assert second == ({"app.py": "y = 2\n"}, [])


def test_prose_may_expect_and_fixed_fences_are_results():
    good = next(section for section in sections(TEXT) if section.title == "Good")
    assert good.examples() == [({"app.py": "```\n"}, [("five", 2, "app.py")])]
    assert good.fixed() == {"template.json": "{}\n"}


def test_readers_see_no_marks():
    text = without_marks(TEXT)
    assert "expect" not in text
    assert "file=" not in text
    assert "x = 1\n" in text
