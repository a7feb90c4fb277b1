"""compose_peer.py [N]  -> one JSON line: the work of `cargo bench --bench compose` by jinja2 and Python's email package.

It fills the very templates that the benchmark left in target/compose-bench/ (run it first), so both make the same HTML.
Needs: pip install jinja2."""
import datetime, email.utils, json, pathlib, sys, time
from email.message import EmailMessage
from jinja2 import Environment

PHRASES = dict(unsubscribe="Unsubscribe", preferences="Preferences", why="You get this mail because you agreed to hear from {}.",
               view="Have a look", was_open="(was ", was_close=")", colon=": ", because="Because of your interest in {}")


def money(minor):
    whole, part = divmod(minor, 100)
    return f"¥{whole:,}" if part == 0 else f"¥{whole:,}.{part:02}"


def truncate(text, length):
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def link(url):
    if ":" in url and url.split(":", 1)[0].strip().lower() not in ("http", "https", "mailto", "tel", "cid"):
        raise ValueError(url)
    return url


FILTERS = dict(money=money, truncate_chars=truncate, phrase=lambda key, value="": PHRASES[key].replace("{}", value),
               number=lambda n: f"{n:,}", default=lambda v, other="": v if v else other, __link=link)


def engine(escape):
    env = Environment(autoescape=escape)
    env.filters.update(FILTERS)
    return env


folder = pathlib.Path(__file__).resolve().parent.parent / "target" / "compose-bench"
html = engine(True).from_string((folder / "html.jinja").read_text())
text = engine(False).from_string((folder / "text.jinja").read_text())
subject = engine(False).from_string("{{ customer.name | default('Hello') }}, {{ picks | length }} new things")
products = [dict(id=n, title=f'Product "{n}" & co, in obsidian black', url=f"https://aurora.example/p/{n}",
                 image=f"https://cdn.aurora.example/{n}.png", price=10_000 + n * 10,
                 list_price=20_000 + n * 10 if n % 2 == 0 else None) for n in range(600)]


def message(i):
    picks = [dict(products[(i * 31 + k * 7) % 600], because=products[(i * 31 + (k + 9) * 7) % 600]) for k in range(4)]
    context = dict(customer=dict(id=i, name=None if i % 7 == 0 else f"Ann <{i}>"), picks=picks, lang="en",
                   shop=dict(name="Aurora", url="https://aurora.example"), sender=dict(address="88 Century Avenue, Shanghai 200120"),
                   unsubscribe_url=f"https://mail.aurora.example/u/{i:032x}", preferences_url="https://mail.aurora.example/p",
                   preheader="From " + money(min(p["price"] for p in picks)))
    context["subject"] = subject.render(context)
    mail = EmailMessage()
    mail["From"] = "Aurora <hello@aurora.example>"
    mail["To"] = f"user{i}@mail.example"
    mail["Reply-To"] = "care@aurora.example"
    mail["Subject"] = context["subject"]
    mail["Date"] = email.utils.format_datetime(datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc))
    mail["Message-ID"] = f"<{i:032x}@aurora.example>"
    mail["List-Id"] = "<aurora.aurora.example>"
    mail["List-Unsubscribe"] = f"<{context['unsubscribe_url']}>, <mailto:leave@aurora.example?subject=unsubscribe>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(text.render(context))
    part = html.render(context)
    mail.add_alternative(part, subtype="html")
    return mail.as_bytes(), len(part.encode())


count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
for i in range(20):
    message(i)
start, size, page = time.perf_counter(), 0, 0
for i in range(count):
    raw, page = message(i)
    size += len(raw)
seconds = time.perf_counter() - start
print(json.dumps(dict(mails=count, per_s=round(count / seconds), html_bytes=page, bytes_a_mail=size // count)))
