//! Tables: right-aligned figures, sortable heads, rows that become labelled cards on a narrow screen.

use askama::Template;

use super::{Badge, Button, Empty, Field, Icon, ListState, Txt, When, markup};

/// A column.
#[derive(Clone)]
pub struct Column {
    label: Txt,
    sort: Option<Txt>,
    figures: bool,
    quiet: bool,
}

impl Column {
    /// A column of words.
    pub fn new(label: impl Into<Txt>) -> Self {
        Column {
            label: label.into(),
            sort: None,
            figures: false,
            quiet: false,
        }
    }

    /// A column of figures, aligned right.
    pub fn figures(label: impl Into<Txt>) -> Self {
        Column {
            figures: true,
            ..Self::new(label)
        }
    }

    /// A column of buttons; its head is only read aloud.
    pub fn actions(label: impl Into<Txt>) -> Self {
        Column {
            quiet: true,
            figures: true,
            ..Self::new(label)
        }
    }

    /// The list may be sorted by it, under this name.
    #[must_use]
    pub fn sort(mut self, key: impl Into<Txt>) -> Self {
        self.sort = Some(key.into());
        self
    }
}

/// What stands in a cell.
pub enum Cell {
    /// Nothing.
    Nil,
    /// A text.
    Text(Txt),
    /// A text with a smaller one below.
    Two(Txt, Txt),
    /// A link to the row's own page: address, text, smaller text below.
    Main(Txt, Txt, Option<Txt>),
    /// A link elsewhere: address, text.
    Link(Txt, Txt),
    /// A figure, already formatted.
    Figure(Txt),
    /// A figure with a smaller text below.
    FigureTwo(Txt, Txt),
    /// An id or another code, which may be copied.
    Id(Txt),
    /// A state.
    State(Badge),
    /// Several states.
    States(Vec<Badge>),
    /// A point in time.
    At(When),
    /// Buttons.
    Do(Vec<Button>),
    /// An input; its label is only read aloud, but in a row under another.
    Ask(Box<Field>),
}

impl Cell {
    fn is_figure(&self) -> bool {
        matches!(self, Cell::Figure(_) | Cell::FigureTwo(..))
    }

    /// A time, or nothing.
    pub fn maybe_at(at: Option<When>) -> Cell {
        at.map_or(Cell::Nil, Cell::At)
    }

    /// A figure, or nothing.
    pub fn maybe_figure(figure: Option<Txt>) -> Cell {
        figure.map_or(Cell::Nil, Cell::Figure)
    }
}

/// A row.
pub enum Row {
    /// One cell for each column.
    Cells(Vec<Cell>),
    /// What else there is to the row above, under the same columns; its fields show their own labels.
    Under(Vec<Cell>),
    /// A heading over the rows that follow.
    Group(Txt),
    /// A sum: one cell for each column, set off.
    Total(Vec<Cell>),
}

/// A table.
#[derive(Template)]
#[template(path = "kit/table.html")]
pub struct Table {
    caption: Txt,
    show_caption: bool,
    columns: Vec<Column>,
    rows: Vec<Row>,
    state: Option<ListState>,
    empty: Option<Empty>,
    labels: Option<(Txt, Txt, Txt)>,
}

impl Table {
    /// A table; the caption is read aloud, and shown with [`Table::titled`].
    pub fn new(caption: impl Into<Txt>, columns: Vec<Column>, rows: Vec<Row>) -> Self {
        Table {
            caption: caption.into(),
            show_caption: false,
            columns,
            rows,
            state: None,
            empty: None,
            labels: None,
        }
    }

    /// Shows its caption.
    #[must_use]
    pub fn titled(mut self) -> Self {
        self.show_caption = true;
        self
    }

    /// What stands there when no row does.
    #[must_use]
    pub fn or(mut self, empty: Empty) -> Self {
        self.empty = Some(empty);
        self
    }

    /// Is the list of its page: sortable, with pages. Labels: what is shown ("50 of many"), first page, next page.
    #[must_use]
    pub fn paged(mut self, state: &ListState, shown: Txt, first: Txt, next: Txt) -> Self {
        self.state = Some(state.clone());
        self.labels = Some((shown, first, next));
        self
    }

    fn sort_of(&self, column: &Column) -> Option<(String, Option<bool>)> {
        let (state, key) = (self.state.as_ref()?, column.sort.as_ref()?);
        Some((state.sort_href(key), state.sorted(key)))
    }

    fn next_href(&self) -> Option<String> {
        let state = self.state.as_ref()?;
        let next = state.next.as_deref()?;
        Some(state.href(&[("after", next)]))
    }

    fn first_href(&self) -> Option<String> {
        let state = self.state.as_ref()?;
        (!state.value("after").is_empty()).then(|| state.href(&[]))
    }

    fn label(&self, index: &usize) -> &str {
        self.columns.get(*index).map_or("", |column| &column.label)
    }

    fn class(&self, cell: &Cell, index: &usize) -> &'static str {
        let figures = self
            .columns
            .get(*index)
            .is_some_and(|column| column.figures);
        match cell {
            Cell::Do(_) => "acts",
            Cell::Nil if figures => "n",
            cell if cell.is_figure() => "n",
            _ => "",
        }
    }
}

markup!(Table);
