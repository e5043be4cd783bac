//! XML piece by piece: elements are read one after the other, and only those that are asked for are kept. Entities that a
//! document declares itself are not known here, so none can grow.

use quick_xml::{
    escape::resolve_predefined_entity,
    events::{BytesStart, Event},
};
use tradewind_kernel::Result;

use super::bank::wrong;

/// How deep elements may be nested.
const DEPTH: usize = 40;

/// An element with everything in it.
#[derive(Debug, Default)]
pub(crate) struct Node {
    /// Its name without prefix.
    pub(crate) name: String,
    /// Where it begins.
    pub(crate) line: u64,
    /// Its own text, without space around it.
    pub(crate) text: String,
    /// Its attribute `Ccy`.
    pub(crate) currency: Option<String>,
    inner: Vec<Node>,
}

impl Node {
    /// The first element in it with a name.
    pub(crate) fn child(&self, name: &str) -> Option<&Node> {
        self.inner.iter().find(|node| node.name == name)
    }

    /// All of them.
    pub(crate) fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.inner.iter().filter(move |node| node.name == name)
    }

    /// The first element down a path.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, name| node.child(name))
    }
}

/// Reads elements one after the other.
pub(crate) struct Reader<'a> {
    xml: quick_xml::Reader<&'a [u8]>,
    text: &'a str,
    counted: usize,
    line: u64,
    /// The elements whose children are read.
    open: Vec<String>,
    /// Whether the last of them has none.
    empty: bool,
    /// The element that [`Self::next_child`] has found.
    found: Option<(Node, bool)>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let mut xml = quick_xml::Reader::from_str(text);
        xml.config_mut().check_end_names = true;
        Self {
            xml,
            text,
            counted: 0,
            line: 1,
            open: Vec::new(),
            empty: false,
            found: None,
        }
    }

    /// The line that is being read.
    fn line(&mut self) -> u64 {
        let at = usize::try_from(self.xml.buffer_position()).unwrap_or(usize::MAX);
        let at = at.min(self.text.len());
        if let Some(passed) = self.text.as_bytes().get(self.counted..at) {
            let more = passed.iter().filter(|byte| **byte == b'\n').count();
            self.line += more as u64;
            self.counted = at;
        }
        self.line
    }

    fn broken(&mut self, message: impl std::fmt::Display) -> tradewind_kernel::Error {
        let element = self.open.last().cloned().unwrap_or_default();
        wrong(
            "malformed_file",
            self.line(),
            &element,
            format!("the XML cannot be read: {message}"),
        )
    }

    fn event(&mut self) -> Result<Event<'a>> {
        match self.xml.read_event() {
            Ok(Event::DocType(_)) => {
                Err(self.broken("a document type declaration is not accepted"))
            }
            Ok(event) => Ok(event),
            Err(error) => Err(self.broken(error)),
        }
    }

    fn begun(&mut self, start: &BytesStart<'_>) -> Result<Node> {
        let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
        let currency = match start.try_get_attribute("Ccy") {
            Ok(found) => found.map(|one| String::from_utf8_lossy(&one.value).into_owned()),
            Err(error) => return Err(self.broken(error)),
        };
        Ok(Node {
            name,
            line: self.line(),
            currency,
            ..Node::default()
        })
    }

    /// Name and namespace of the root, whose children are read next.
    pub(crate) fn root(&mut self) -> Result<(String, String, u64)> {
        loop {
            match self.event()? {
                Event::Start(start) => {
                    let namespace = start
                        .attributes()
                        .flatten()
                        .filter(|one| one.key.as_ref().starts_with(b"xmlns"))
                        .map(|one| String::from_utf8_lossy(&one.value).into_owned())
                        .find(|value| value.contains("20022"))
                        .unwrap_or_default();
                    let node = self.begun(&start)?;
                    self.open.push(node.name.clone());
                    return Ok((node.name, namespace, node.line));
                }
                Event::Eof | Event::Empty(_) => return Err(self.broken("there is nothing in it")),
                _ => {}
            }
        }
    }

    /// Goes to the child with a name, whose children are read next.
    pub(crate) fn enter(&mut self, name: &str) -> Result<()> {
        while let Some((found, _)) = self.next_child()? {
            if found == name {
                self.descend();
                return Ok(());
            }
            self.take()?;
        }
        let line = self.line();
        Err(wrong(
            "not_a_statement",
            line,
            name,
            "the element is missing",
        ))
    }

    /// The next child of the element that is open: its name and line. It is then taken or descended into. None at the end of
    /// the element, which is closed by that.
    pub(crate) fn next_child(&mut self) -> Result<Option<(String, u64)>> {
        if std::mem::take(&mut self.empty) {
            self.open.pop();
            return Ok(None);
        }
        loop {
            match self.event()? {
                Event::Start(start) => {
                    let node = self.begun(&start)?;
                    let told = (node.name.clone(), node.line);
                    self.found = Some((node, false));
                    return Ok(Some(told));
                }
                Event::Empty(start) => {
                    let node = self.begun(&start)?;
                    let told = (node.name.clone(), node.line);
                    self.found = Some((node, true));
                    return Ok(Some(told));
                }
                Event::End(_) => {
                    self.open.pop();
                    return Ok(None);
                }
                Event::Eof => return Err(self.broken("it ends too early")),
                _ => {}
            }
        }
    }

    /// Goes into the child that was found.
    pub(crate) fn descend(&mut self) {
        if let Some((node, empty)) = self.found.take() {
            self.open.push(node.name);
            self.empty = empty;
        }
    }

    /// The child that was found, with everything in it.
    pub(crate) fn take(&mut self) -> Result<Node> {
        let Some((node, empty)) = self.found.take() else {
            return Ok(Node::default());
        };
        if empty {
            return Ok(node);
        }
        let mut stack = vec![node];
        loop {
            let event = self.event()?;
            match event {
                Event::Start(start) => {
                    if stack.len() == DEPTH {
                        return Err(self.broken("it is nested too deeply"));
                    }
                    let node = self.begun(&start)?;
                    stack.push(node);
                }
                Event::Empty(start) => {
                    let node = self.begun(&start)?;
                    if let Some(parent) = stack.last_mut() {
                        parent.inner.push(node);
                    }
                }
                Event::End(_) => {
                    let Some(mut done) = stack.pop() else {
                        return Err(self.broken("an element ends that has not begun"));
                    };
                    done.text = done.text.trim().to_owned();
                    match stack.last_mut() {
                        Some(parent) => parent.inner.push(done),
                        None => return Ok(done),
                    }
                }
                Event::Text(text) => match text.decode() {
                    Ok(text) => add(&mut stack, &text),
                    Err(error) => return Err(self.broken(error)),
                },
                Event::CData(text) => match text.decode() {
                    Ok(text) => add(&mut stack, &text),
                    Err(error) => return Err(self.broken(error)),
                },
                Event::GeneralRef(name) => {
                    let letter = match name.resolve_char_ref() {
                        Ok(letter) => letter,
                        Err(error) => return Err(self.broken(error)),
                    };
                    let known = name
                        .decode()
                        .ok()
                        .and_then(|name| resolve_predefined_entity(&name));
                    match (letter, known) {
                        (Some(letter), _) => add(&mut stack, letter.encode_utf8(&mut [0; 4])),
                        (None, Some(text)) => add(&mut stack, text),
                        (None, None) => return Err(self.broken("it uses an unknown entity")),
                    }
                }
                Event::Eof => return Err(self.broken("it ends too early")),
                _ => {}
            }
        }
    }

    /// Reads to the end of the document, so that nothing broken behind the last statement stays unseen.
    pub(crate) fn end(&mut self) -> Result<()> {
        loop {
            match self.event()? {
                Event::Eof if self.open.is_empty() => return Ok(()),
                Event::Eof => return Err(self.broken("it ends too early")),
                Event::End(_) => {
                    self.open.pop();
                }
                Event::Start(start) => {
                    let node = self.begun(&start)?;
                    self.found = Some((node, false));
                    self.take()?;
                }
                _ => {}
            }
        }
    }
}

fn add(stack: &mut [Node], text: &str) {
    if let Some(node) = stack.last_mut() {
        node.text.push_str(text);
    }
}
