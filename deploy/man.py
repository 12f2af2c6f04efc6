#!/usr/bin/env python3
"""Write the manual pages from what the programs say of themselves.

    deploy/man.py BIN OUT    # BIN has epicenter and epicenterd; OUT gets epicenter.1 and epicenterd.8
"""
import json, pathlib, re, subprocess, sys

binaries, out = (pathlib.Path(argument) for argument in sys.argv[1:3])


def output(program, *arguments):
    return subprocess.run([binaries / program, *arguments], check=True, capture_output=True, text=True).stdout


def roff(text):
    """Text that troff leaves as it is."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
    return re.sub(r"^\.", r"\\&.", text, flags=re.M)


def paragraphs(text):
    """Paragraphs are filled; lines that are indented, in columns or below a heading stay lines."""
    for part in re.split(r"\n\s*\n", text.strip("\n")):
        heading, _, rest = part.partition("\n")
        if heading.isupper() and rest:
            yield f".PP\n.B {roff(heading)}\n.RS\n.nf\n{roff(rest)}\n.fi\n.RE"
        elif re.search(r"^\s|\w {2,}\w", part, flags=re.M):
            yield f".PP\n.nf\n{roff(part)}\n.fi"
        else:
            yield f".PP\n{roff(part)}"


def option(argument):
    names = [("--" if name["kind"].startswith("long") and name["kind"] != "longWithSingleDash" else "-") + name["name"]
             for name in argument.get("names", [])]
    value = f"<{argument.get('valueName', 'value')}>"
    if argument["kind"] == "positional":
        return value
    return ", ".join(names) + (f" {value}" if argument["kind"] == "option" else "")


def command(node, path):
    shown = [a for a in node.get("arguments", []) if a.get("shouldDisplay", True)
             and not {name["name"] for name in a.get("names", [])} & {"help", "version"}]
    usage = " ".join(path + [option(a) if not a["isOptional"] else f"[{option(a)}]" for a in shown])
    children = [child for child in node.get("subcommands", []) if child["commandName"] != "help"]
    if path != ["epicenter"] and not children:
        yield f".SS {roff(' '.join(path))}\n{roff(node.get('abstract', ''))}\n.PP\n.B {roff(usage)}"
        for argument in shown:
            default = f" Default: {argument['defaultValue']}." if argument.get("defaultValue") else ""
            yield f".TP\n.B {roff(option(argument))}\n{roff(argument.get('abstract', '') + default)}"
        yield from paragraphs(node.get("discussion", ""))
    for child in children:
        yield from command(child, path + [child["commandName"]])


def page(name, section, abstract, version, parts):
    text = "\n".join([f'.TH {name.upper()} {section} "" "epicenter {version}"', ".SH NAME", f"{name} \\- {roff(abstract)}",
                      *parts, ".SH SEE ALSO", roff("/usr/share/doc/epicenter: OPERATIONS.md, PROTOCOL.md, FORMATS.md")])
    (out / f"{name}.{section}").write_text(text + "\n")


version = output("epicenter", "--version").strip()
root = json.loads(output("epicenter", "--experimental-dump-help"))["command"]
page("epicenter", 1, root["abstract"].rstrip(".").removeprefix("A "), version,
     [".SH SYNOPSIS", ".B epicenter", "COMMAND ...", ".SH DESCRIPTION", *paragraphs(root["discussion"]),
      ".SH COMMANDS", *command(root, ["epicenter"])])
usage, _, card = output("epicenterd", "--help").partition("\n\n")
page("epicenterd", 8, "supervisor of the stages of epicenter", version,
     [".SH SYNOPSIS", ".B " + roff(usage.removeprefix("USAGE: ")), ".SH DESCRIPTION", *paragraphs(card)])
