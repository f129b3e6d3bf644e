"""Boolean functions of a Liberty file as Python expressions on machine words."""

import re


def to_python(function: str) -> tuple[str, list[str]]:
    """Translate a Liberty function to a Python expression on words; return it and its input pins."""
    tokens = re.findall(r"\w+|[!'^&*|+()]", function)
    position = 0

    def peek() -> str:
        return tokens[position] if position < len(tokens) else ""

    def take() -> str:
        nonlocal position
        position += 1
        return tokens[position - 1]

    def atom() -> str:
        token = take()
        if token == "!":
            return f"(~{atom()})"
        if token == "(":
            text = alternatives()
            take()
        else:
            text = {"0": "ZERO", "1": "ONES"}.get(token, token)
        while peek() == "'":
            take()
            text = f"(~{text})"
        return text

    def exclusive() -> str:
        text = atom()
        while peek() == "^":
            take()
            text = f"({text} ^ {atom()})"
        return text

    def conjunction() -> str:
        text = exclusive()
        while peek() not in ("", ")", "|", "+"):
            if peek() in "&*":
                take()
            text = f"({text} & {exclusive()})"
        return text

    def alternatives() -> str:
        text = conjunction()
        while peek() and peek() in "|+":
            take()
            text = f"({text} | {conjunction()})"
        return text

    expression = alternatives()
    return expression, sorted({t for t in tokens if re.match(r"[A-Za-z_]", t)})
