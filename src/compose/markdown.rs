//! Markdown with tags in it, compiled once: what a tag prints later is text and can never become markup.
//!
//! Tags on lines of their own arrive as HTML comments. They cut lists into pieces; [`regroup`] puts the pieces together again,
//! so that a loop over one item makes one list of many.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag as Element, TagEnd, html as writer};

use super::tags::Tags;

#[derive(Debug, Clone)]
enum Node<'a> {
    Leaf(Event<'a>),
    Element {
        start: Element<'a>,
        children: Vec<Node<'a>>,
    },
    /// A tag that stands between blocks.
    Statement(usize),
}

/// How deep blocks and emphasis may stand inside one another.
const DEPTH: usize = 100;

/// Why Markdown cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Blocks, emphasis or conditions stand too deep inside one another.
    TooDeep,
    /// A tag stands where indentation makes code of it.
    Code(usize),
}

/// Compiles protected Markdown to protected HTML.
pub(crate) fn compile(source: &str, tags: &Tags) -> Result<String, Refused> {
    let parser = || Parser::new_ext(source, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let (mut open, mut deepest, mut indented) = (0_usize, 0, false);
    for event in parser() {
        if let Event::Start(Element::CodeBlock(kind)) = &event {
            indented = matches!(kind, CodeBlockKind::Indented);
        }
        match event {
            Event::Text(text) if indented => {
                if let Some((_, index)) = tags.words(&text).next() {
                    return Err(Refused::Code(index));
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                indented = false;
                open = open.saturating_sub(1);
            }
            Event::Start(_) => open += 1,
            Event::End(_) => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    let mut groups = (0_usize, 0);
    for (_, index) in tags.words(source) {
        match tags.get(index).keyword() {
            "if" | "for" => groups.0 += 1,
            "endif" | "endfor" => groups.0 = groups.0.saturating_sub(1),
            _ => {}
        }
        groups.1 = groups.1.max(groups.0);
    }
    if deepest > DEPTH || groups.1 > DEPTH {
        return Err(Refused::TooDeep);
    }
    let mut events = parser();
    let nodes = children(&mut events, tags);
    let mut out = String::with_capacity(source.len() * 2);
    let mut flat = Vec::new();
    flatten(regroup(nodes, tags), tags, &mut flat);
    writer::push_html(&mut out, flat.into_iter());
    Ok(out)
}

fn children<'a>(events: &mut impl Iterator<Item = Event<'a>>, tags: &Tags) -> Vec<Node<'a>> {
    let mut nodes = Vec::new();
    while let Some(event) = events.next() {
        match event {
            Event::End(_) => break,
            Event::Start(start) => {
                let inner = children(events, tags);
                match start {
                    Element::HtmlBlock => match statements(&inner, tags) {
                        Some(found) => nodes.extend(found.into_iter().map(Node::Statement)),
                        None => nodes.push(Node::Element { start, children: inner }),
                    },
                    Element::Paragraph => nodes.extend(paragraph(inner, tags)),
                    _ => nodes.push(Node::Element { start, children: regroup(inner, tags) }),
                }
            }
            leaf => nodes.push(Node::Leaf(leaf)),
        }
    }
    nodes
}

/// The tags of an HTML block that is nothing but tags in comments.
fn statements(block: &[Node<'_>], tags: &Tags) -> Option<Vec<usize>> {
    let mut text = String::new();
    for node in block {
        let Node::Leaf(Event::Html(html)) = node else { return None };
        text.push_str(html);
    }
    let mut found = Vec::new();
    for comment in text.trim().split_inclusive("-->") {
        found.push(tags.in_comment(comment.trim())?);
    }
    Some(found)
}

/// A paragraph; where all of it stands in one condition or loop, that goes around the paragraph, so that nothing stays
/// of a paragraph that is left out.
fn paragraph<'a>(mut inner: Vec<Node<'a>>, tags: &Tags) -> Vec<Node<'a>> {
    let around = enclosing(&inner, tags);
    if let (Some(_), [first, .., last]) = (around, inner.as_mut_slice()) {
        strip(first, true, tags);
        strip(last, false, tags);
    } else if let (Some(_), [only]) = (around, inner.as_mut_slice()) {
        strip(only, true, tags);
        strip(only, false, tags);
    }
    let paragraph = Node::Element { start: Element::Paragraph, children: inner };
    match around {
        Some((open, close)) => vec![Node::Statement(open), paragraph, Node::Statement(close)],
        None => vec![paragraph],
    }
}

fn text_of<'n>(node: &'n Node<'_>) -> &'n str {
    match node {
        Node::Leaf(Event::Text(text)) => text,
        _ => "",
    }
}

/// The opening and closing tag if the nodes begin with the one and end with the other, and no `else` stands between.
fn enclosing(nodes: &[Node<'_>], tags: &Tags) -> Option<(usize, usize)> {
    let first = text_of(nodes.first()?);
    let last = text_of(nodes.last()?);
    let open = tags.words(first).next().filter(|(r, _)| first[..r.start].trim().is_empty())?.1;
    let close = tags.words(last).last().filter(|(r, _)| last[r.end..].trim().is_empty())?.1;
    let mut all = Vec::new();
    inline_words(nodes, tags, &mut all);
    let mut depth = 0_usize;
    for (i, index) in all.iter().enumerate() {
        match tags.get(*index).keyword() {
            "if" | "for" => depth += 1,
            "endif" | "endfor" => depth = depth.checked_sub(1)?,
            "elif" | "else" if depth == 1 => return None,
            _ => {}
        }
        if depth == 0 {
            return (i + 1 == all.len() && *index == close && i > 0).then_some((open, close));
        }
    }
    None
}

fn inline_words(nodes: &[Node<'_>], tags: &Tags, out: &mut Vec<usize>) {
    for node in nodes {
        match node {
            Node::Leaf(Event::Text(text)) => out.extend(tags.words(text).map(|(_, i)| i)),
            Node::Element { children, .. } => inline_words(children, tags, out),
            Node::Leaf(_) | Node::Statement(_) => {}
        }
    }
}

fn strip(node: &mut Node<'_>, front: bool, tags: &Tags) {
    let Node::Leaf(Event::Text(text)) = node else { return };
    let word = if front { tags.words(text).next() } else { tags.words(text).last() };
    let Some((range, _)) = word else { return };
    let rest = if front { text[range.end..].trim_start() } else { text[..range.start].trim_end() };
    *text = rest.to_owned().into();
}

/// A run of blocks, with conditions and loops as trees.
enum Block<'a> {
    Node(Node<'a>),
    Group { open: usize, branches: Vec<(Option<usize>, Vec<Block<'a>>)>, close: usize },
}

/// Joins the lists that tags have cut apart, and takes loops over items inside their list.
fn regroup<'a>(nodes: Vec<Node<'a>>, tags: &Tags) -> Vec<Node<'a>> {
    if !nodes.iter().any(|n| matches!(n, Node::Statement(_))) {
        return nodes;
    }
    let mut rest = nodes.into_iter();
    let (blocks, _) = group(&mut rest, tags, false);
    let mut out = Vec::new();
    for block in join(blocks, tags) {
        unfold(block, &mut out);
    }
    out
}

/// Reads blocks up to the statement that ends or divides the group it is in; gives that statement too.
fn group<'a>(
    nodes: &mut impl Iterator<Item = Node<'a>>,
    tags: &Tags,
    inside: bool,
) -> (Vec<Block<'a>>, Option<usize>) {
    let mut out = Vec::new();
    while let Some(node) = nodes.next() {
        let Node::Statement(index) = node else {
            out.push(Block::Node(node));
            continue;
        };
        match tags.get(index).keyword() {
            "for" | "if" => open_group(index, nodes, tags, &mut out),
            "else" | "elif" | "endfor" | "endif" if inside => return (out, Some(index)),
            _ => out.push(Block::Node(Node::Statement(index))),
        }
    }
    (out, None)
}

fn open_group<'a>(
    open: usize,
    nodes: &mut impl Iterator<Item = Node<'a>>,
    tags: &Tags,
    out: &mut Vec<Block<'a>>,
) {
    let mut branches = Vec::new();
    let mut divider = None;
    loop {
        let (body, end) = group(nodes, tags, true);
        branches.push((divider, body));
        match end {
            Some(index) if tags.get(index).keyword().starts_with("end") => {
                out.push(Block::Group { open, branches, close: index });
                return;
            }
            Some(index) => divider = Some(index),
            // Closed elsewhere: the engine judges that; here the pieces stay as they are.
            None => {
                out.push(Block::Node(Node::Statement(open)));
                for (divider, body) in branches {
                    out.extend(divider.map(|d| Block::Node(Node::Statement(d))));
                    out.extend(body);
                }
                return;
            }
        }
    }
}

/// Whether a block is nothing but lists of one kind (`Some(ordered)`), statements apart.
fn list_kind(block: &Block<'_>) -> Option<bool> {
    match block {
        Block::Node(Node::Element { start: Element::List(first), .. }) => Some(first.is_some()),
        Block::Node(_) => None,
        Block::Group { branches, .. } => {
            let mut kinds =
                branches.iter().flat_map(|(_, body)| body).filter(|b| !is_neutral(b)).map(list_kind);
            let first = kinds.next()??;
            kinds.all(|k| k == Some(first)).then_some(first)
        }
    }
}

fn is_neutral(block: &Block<'_>) -> bool {
    matches!(block, Block::Node(Node::Statement(_)))
}

fn join<'a>(blocks: Vec<Block<'a>>, tags: &Tags) -> Vec<Block<'a>> {
    let blocks: Vec<_> = blocks.into_iter().map(|b| join_inside(b, tags)).collect();
    let mut out: Vec<Block<'a>> = Vec::new();
    let mut run: Vec<Block<'a>> = Vec::new();
    let mut kind = None;
    for block in blocks {
        let this = list_kind(&block);
        if this.is_some() && (kind.is_none() || kind == this) || kind.is_some() && is_neutral(&block) {
            kind = kind.or(this);
            run.push(block);
            continue;
        }
        close_run(&mut run, kind.take(), tags, &mut out);
        if this.is_some() {
            kind = this;
            run.push(block);
        } else {
            out.push(block);
        }
    }
    close_run(&mut run, kind, tags, &mut out);
    out
}

fn join_inside<'a>(block: Block<'a>, tags: &Tags) -> Block<'a> {
    match block {
        Block::Group { open, branches, close } => {
            let branches = branches.into_iter().map(|(d, body)| (d, join(body, tags))).collect();
            Block::Group { open, branches, close }
        }
        node @ Block::Node(_) => node,
    }
}

fn close_run<'a>(run: &mut Vec<Block<'a>>, ordered: Option<bool>, tags: &Tags, out: &mut Vec<Block<'a>>) {
    let Some(ordered) = ordered else { return };
    let after = run.len() - run.iter().rev().take_while(|b| is_neutral(b)).count();
    let tail = run.split_off(after);
    let lists = run.iter().filter(|b| !is_neutral(b)).count();
    let loops = |b: &Block<'_>| matches!(b, Block::Group { open, .. } if tags.get(*open).keyword() == "for");
    if lists > 1 || run.iter().any(loops) {
        let mut items = Vec::new();
        for block in run.drain(..) {
            take_items(block, &mut items);
        }
        let start = Element::List(ordered.then_some(1));
        out.push(Block::Node(Node::Element { start, children: items }));
    } else {
        out.append(run);
    }
    out.extend(tail);
}

fn take_items<'a>(block: Block<'a>, out: &mut Vec<Node<'a>>) {
    match block {
        Block::Node(Node::Element { start: Element::List(_), children }) => out.extend(children),
        Block::Node(node) => out.push(node),
        Block::Group { open, branches, close } => {
            out.push(Node::Statement(open));
            for (divider, body) in branches {
                out.extend(divider.map(Node::Statement));
                for block in body {
                    take_items(block, out);
                }
            }
            out.push(Node::Statement(close));
        }
    }
}

fn unfold<'a>(block: Block<'a>, out: &mut Vec<Node<'a>>) {
    match block {
        Block::Node(node) => out.push(node),
        Block::Group { open, branches, close } => {
            out.push(Node::Statement(open));
            for (divider, body) in branches {
                out.extend(divider.map(Node::Statement));
                for block in body {
                    unfold(block, out);
                }
            }
            out.push(Node::Statement(close));
        }
    }
}

fn flatten<'a>(nodes: Vec<Node<'a>>, tags: &Tags, out: &mut Vec<Event<'a>>) {
    for node in nodes {
        match node {
            Node::Leaf(event) => out.push(event),
            Node::Statement(index) => out.push(Event::Html(tags.comment(index).into())),
            Node::Element { start: Element::Paragraph, children } if is_button(&children) => {
                out.push(Event::Html(BUTTON_OPEN.into()));
                flatten(children, tags, out);
                out.push(Event::Html(BUTTON_CLOSE.into()));
            }
            Node::Element { start, children } => {
                let end = TagEnd::from(start.clone());
                out.push(Event::Start(start));
                flatten(children, tags, out);
                out.push(Event::End(end));
            }
        }
    }
}

/// A link that stands alone in its paragraph is what the mail wants done: it becomes the button.
fn is_button(children: &[Node<'_>]) -> bool {
    match children {
        [Node::Element { start: Element::Link { .. }, children }] => {
            !children.iter().any(|c| matches!(c, Node::Element { start: Element::Image { .. }, .. }))
        }
        _ => false,
    }
}

const BUTTON_OPEN: &str = "<table role=\"presentation\" class=\"h-button\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr><td class=\"h-button-cell\">";
const BUTTON_CLOSE: &str = "</td></tr></table>\n";

#[cfg(test)]
mod tests {
    use super::super::library::Library;
    use super::super::tags::LoneLines;
    use super::*;

    fn compiled(source: &str) -> String {
        let mut tags = Tags::new(&[source]);
        let protected = tags.protect(source, &Library::default(), "md", LoneLines::Comment).unwrap();
        tags.restore(&compile(&protected, &tags).unwrap()).text
    }

    fn squeezed(source: &str) -> String {
        compiled(source).replace('\n', "")
    }

    #[test]
    fn a_loop_over_items_is_one_list() {
        assert_eq!(
            squeezed(
                "{% for p in picks %}\n- [{{ p.title }}]({{ p.url }}), {{ p.price | money }}\n{% endfor %}"
            ),
            "<ul>{% for p in picks %}<li><a href=\"{{ p.url }}\">{{ p.title }}</a>, {{ p.price | money }}</li>{% endfor %}</ul>"
        );
    }

    #[test]
    fn conditions_inside_a_loop_and_items_around_it_share_the_list() {
        assert_eq!(
            squeezed(
                "- first\n{% for p in picks %}\n{% if p.x %}\n- a\n{% else %}\n- b\n{% endif %}\n{% endfor %}\n- last"
            ),
            "<ul><li>first</li>{% for p in picks %}{% if p.x %}<li>a</li>{% else %}<li>b</li>{% endif %}{% endfor %}<li>last</li></ul>"
        );
    }

    #[test]
    fn a_choice_between_lists_stays_a_choice() {
        assert_eq!(
            squeezed("{% if x %}\n- a\n{% else %}\n- b\n{% endif %}"),
            "{% if x %}<ul><li>a</li></ul>{% else %}<ul><li>b</li></ul>{% endif %}"
        );
    }

    #[test]
    fn a_paragraph_in_a_condition_goes_as_a_whole() {
        assert_eq!(
            squeezed("{% if x %}Because of **{{ x }}**:{% endif %}\n\nnext"),
            "{% if x %}<p>Because of <strong>{{ x }}</strong>:</p>{% endif %}<p>next</p>"
        );
        assert_eq!(squeezed("{% if x %}a{% else %}b{% endif %}"), "<p>{% if x %}a{% else %}b{% endif %}</p>");
    }

    #[test]
    fn indentation_that_would_print_tags_as_code_is_refused() {
        let source = "{% if x %}\n    - {{ y }}\n{% endif %}";
        let mut tags = Tags::new(&[source]);
        let protected = tags.protect(source, &Library::default(), "md", LoneLines::Comment).unwrap();
        assert_eq!(compile(&protected, &tags), Err(Refused::Code(1)));
        assert!(compiled("```\n{{ y }}\n```\n").contains("{{ y }}"));
    }

    #[test]
    fn a_lone_link_is_the_button() {
        let html = squeezed("text [inside]({{ a }})\n\n[Go]({{ shop.url }})");
        assert_eq!(html.matches("h-button\"").count(), 1, "{html}");
        assert!(html.contains("<a href=\"{{ shop.url }}\">Go</a></td>"), "{html}");
    }
}
