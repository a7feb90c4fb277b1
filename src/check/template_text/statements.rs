//! Walks the statements of a text: what they bind, and what holds inside them.

use std::borrow::Cow;
use std::ops::Range;

use minijinja::machinery::{Span, ast};

use super::facts::proven;
use super::report::{KIND, Report, STATEMENT};
use super::scope::{Binding, Scopes};
use crate::check::shape::{Field, Shape};
use crate::check::typed::Type;

/// Walks a text, or one tag of it.
pub(super) struct Walker<'a, 'r, 't> {
    /// The whole text.
    pub text: &'t str,
    /// Where what was parsed begins in the text.
    base: usize,
    pub scopes: Scopes<'a>,
    pub report: &'r mut Report<'t>,
    /// Whether the text is whole. A single tag of it says nothing about what holds around it.
    pub whole: bool,
}

impl<'a, 'r, 't> Walker<'a, 'r, 't> {
    pub fn new(
        text: &'t str,
        base: usize,
        scopes: Scopes<'a>,
        report: &'r mut Report<'t>,
        whole: bool,
    ) -> Self {
        Self { text, base, scopes, report, whole }
    }

    pub fn into_scopes(self) -> Scopes<'a> {
        self.scopes
    }

    /// The range in the text of a span of the parser.
    pub fn range(&self, span: Span) -> Range<usize> {
        let clamp = |at: u32| (self.base + at as usize).min(self.text.len());
        clamp(span.start_offset)..clamp(span.end_offset).max(clamp(span.start_offset))
    }

    fn statements(&mut self, list: &[ast::Stmt<'_>]) {
        for statement in list {
            self.statement(statement);
        }
    }

    /// Checks a statement with all that is inside.
    pub fn statement(&mut self, statement: &ast::Stmt<'_>) {
        use ast::Stmt;
        if self.report.is_full() {
            return;
        }
        match statement {
            Stmt::Template(template) => self.statements(&template.children),
            Stmt::EmitExpr(emit) => self.print(&emit.expr, self.range(emit.span())),
            Stmt::ForLoop(node) => self.for_loop(node),
            Stmt::IfCond(node) => self.if_cond(node),
            Stmt::WithBlock(node) => self.with_block(node),
            Stmt::Set(node) => {
                let value = self.value(&node.expr);
                let binding = Binding { shape: value.shape, optional: value.missing.is_some() };
                self.bind(&node.target, binding);
            }
            Stmt::SetBlock(node) => {
                self.scoped(&node.body);
                let shape = self.block_filter(node.filter.as_ref());
                self.bind(&node.target, Binding { shape, optional: false });
            }
            Stmt::AutoEscape(node) => self.statements(&node.body),
            Stmt::FilterBlock(node) => {
                self.scoped(&node.body);
                self.block_filter(Some(&node.filter));
            }
            Stmt::Block(node) => self.scoped(&node.body),
            Stmt::Import(node) => self.bind(&node.name, Binding::any()),
            Stmt::FromImport(node) => {
                for (name, alias) in &node.names {
                    self.bind(alias.as_ref().unwrap_or(name), Binding::any());
                }
            }
            Stmt::Include(node) => self.include(&node.name),
            Stmt::Macro(node) => self.macro_(node),
            Stmt::CallBlock(node) => {
                self.call(&node.call, self.range(node.call.span()));
                self.macro_(&node.macro_decl);
            }
            Stmt::Do(node) => {
                self.call(&node.call, self.range(node.call.span()));
            }
            Stmt::EmitRaw(_) | Stmt::Extends(_) | Stmt::Continue(_) | Stmt::Break(_) => {}
        }
    }

    fn scoped(&mut self, body: &[ast::Stmt<'_>]) {
        self.scopes.open();
        self.statements(body);
        self.scopes.close();
    }

    fn block_filter(&mut self, filter: Option<&ast::Expr<'_>>) -> Cow<'a, Shape> {
        match filter {
            Some(filter) => self.value(filter).shape,
            None => Cow::Owned(Shape::Value(Type::Text)),
        }
    }

    fn include(&mut self, name: &ast::Expr<'_>) {
        let written = matches!(name, ast::Expr::Const(c) if c.value.as_str().is_some());
        if !written {
            let message = "the name of an included text must be written out";
            let finding = self.report.error(STATEMENT, self.whole_range(name), message);
            self.report.add(finding.help("as in `{% include \"std/footer\" %}`"));
        }
    }

    /// Opens a scope; a single tag binds its names for good.
    fn open(&mut self) {
        if self.whole {
            self.scopes.open();
        }
    }

    fn close(&mut self) {
        if self.whole {
            self.scopes.close();
        }
    }

    fn for_loop(&mut self, node: &ast::ForLoop<'_>) {
        let list = self.needed(&node.iter);
        let item = self.items(&node.iter, list);
        self.open();
        self.bind(&node.target, Binding { shape: item.clone(), optional: false });
        if let Some(filter) = &node.filter_expr {
            self.value(filter);
            let facts = proven(filter).if_true;
            self.scopes.learn(facts);
        }
        let shape = Cow::Owned(loop_shape(item.into_owned()));
        self.scopes.bind("loop", Binding { shape, optional: false });
        self.statements(&node.body);
        self.close();
        self.scoped(&node.else_body);
    }

    /// What a loop over this gives.
    fn items(&mut self, expr: &ast::Expr<'_>, list: Cow<'a, Shape>) -> Cow<'a, Shape> {
        match list {
            Cow::Borrowed(Shape::List(item)) => Cow::Borrowed(item),
            Cow::Owned(Shape::List(item)) => Cow::Owned(*item),
            other => {
                let wrong = match other.as_ref() {
                    Shape::Value(ty) => *ty != Type::Unknown,
                    Shape::Record { open, .. } => !open,
                    Shape::List(_) | Shape::Any => false,
                };
                if wrong {
                    let range = self.whole_range(expr);
                    let message =
                        format!("`{}` is {}, not a list", self.report.words(range.clone()), other.words());
                    let finding = self.report.error(KIND, range, message);
                    self.report.add(finding.help("a `for` goes through a list, such as `picks`"));
                }
                Cow::Owned(Shape::Any)
            }
        }
    }

    fn if_cond(&mut self, node: &ast::IfCond<'_>) {
        self.value(&node.expr);
        if !self.whole {
            return;
        }
        let proven = proven(&node.expr);
        self.scopes.assume(proven.if_true);
        self.statements(&node.true_body);
        self.scopes.close();
        let leaves = node.true_body.iter().any(|s| matches!(s, ast::Stmt::Continue(_) | ast::Stmt::Break(_)));
        if !node.false_body.is_empty() {
            self.scopes.assume(proven.if_false.clone());
            self.statements(&node.false_body);
            self.scopes.close();
        }
        if leaves {
            self.scopes.learn(proven.if_false);
        }
    }

    fn with_block(&mut self, node: &ast::WithBlock<'_>) {
        self.open();
        for (target, expr) in &node.assignments {
            let value = self.value(expr);
            self.bind(target, Binding { shape: value.shape, optional: value.missing.is_some() });
        }
        self.statements(&node.body);
        self.close();
    }

    fn macro_(&mut self, node: &ast::Macro<'_>) {
        for default in &node.defaults {
            self.value(default);
        }
        if node.name != "caller" {
            self.scopes.bind(node.name, Binding::any());
        }
        self.open();
        for arg in &node.args {
            self.bind(arg, Binding::any());
        }
        self.scopes.bind("caller", Binding::any());
        self.statements(&node.body);
        self.close();
    }

    /// Binds the target of a loop or assignment; several names take a value apart.
    fn bind(&mut self, target: &ast::Expr<'_>, binding: Binding<'a>) {
        match target {
            ast::Expr::Var(var) => self.scopes.bind(var.id, binding),
            ast::Expr::List(list) => {
                for item in &list.items {
                    self.bind(item, Binding::any());
                }
            }
            // `{% set ns.x = … %}` changes a namespace, whose fields are not followed.
            ast::Expr::GetAttr(attr) => {
                self.value(&attr.expr);
            }
            _ => {}
        }
    }
}

/// What `loop` offers inside a `for`.
fn loop_shape(item: Shape) -> Shape {
    let number = |name: &str| (name.to_owned(), Field::new(Shape::Value(Type::Number), ""));
    let yes_no = |name: &str| (name.to_owned(), Field::new(Shape::Value(Type::YesNo), ""));
    let mut fields = Vec::new();
    fields.extend(["index", "index0", "revindex", "revindex0", "length", "depth", "depth0"].map(number));
    fields.extend(["first", "last"].map(yes_no));
    fields.extend(["changed", "cycle"].map(|name| (name.to_owned(), Field::new(Shape::Any, ""))));
    fields.push(("nextitem".to_owned(), Field::optional(item.clone(), "")));
    fields.push(("previtem".to_owned(), Field::optional(item, "")));
    Shape::record("loop", fields)
}
