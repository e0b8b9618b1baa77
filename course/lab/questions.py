"""Reads the body of a prediction or of a retrieval question: YAML with question, choices, answer and why."""

from __future__ import annotations

from course.lab.document import Question
from course.lab.fences import Fence, LabError

KEYS = {"question", "choices", "answer", "why"}


def read(cell: Fence, lab: str, name: str, path: str) -> Question:
    """The question with its answer sealed. Raises LabError for what cannot be meant."""
    import yaml

    try:
        body = yaml.safe_load(cell.source)
    except yaml.YAMLError as error:
        raise LabError(path, cell.line, f"this is not YAML: {error}".replace("\n", " ")) from None
    if not isinstance(body, dict) or set(body) != KEYS:
        raise LabError(path, cell.line, "a question has the keys question, choices, answer and why")
    choices = body["choices"]
    if not isinstance(choices, dict) or len(choices) < 2:
        raise LabError(path, cell.line, "`choices` maps at least two letters to texts")
    letters = {str(letter).lower(): str(text) for letter, text in choices.items()}
    answer = str(body["answer"]).lower()
    if answer not in letters:
        raise LabError(path, cell.line, f"the answer `{answer}` is none of the choices")
    return Question.seal(lab, name, str(body["question"]).strip(), letters, answer, str(body["why"]).strip())
