"""A rule as a row of a table: what it says in plain words, how grave it is, where it stands and who can mend it."""

from dataclasses import dataclass

from bot.domain.findings import Finding, Mender, Verdict

SHOWN = 80  # characters of a foreign value in a sentence


@dataclass(frozen=True, slots=True)
class Rule:
    """`sentence` and `advice` may use {subject} and the words given to `found`; trade words belong into `evidence`."""

    check: str
    verdict: Verdict
    id: str
    sentence: str
    advice: str
    source: str
    mender: Mender = Mender.REQUESTER

    def found(self, subject: str = "", evidence: str = "", mender: Mender | None = None, **words: object) -> Finding:
        """This rule, broken by that subject."""
        shown = {word: _short(str(value)) for word, value in {**words, "subject": subject}.items()}
        sentence, advice = self.sentence.format(**shown), self.advice.format(**shown)
        return Finding(
            self.check, self.id, self.verdict, sentence, advice, _short(subject), _short(evidence), self.source,
            mender or self.mender,
        )  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
