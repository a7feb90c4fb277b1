//! The page's server: loopback only, nothing from outside, and a stream of what happened.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::get;
use serde::Deserialize;
use tokio::sync::{broadcast, oneshot};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::BroadcastStream;

use super::engine::{Ask, Engine, Listener};
use super::files::Files;
use super::guard::{HEADERS, is_loopback};
use super::view::{Built, Selection};
use crate::run::Workspace;

const PAGE: &str = include_str!("page/index.html");
const SCRIPT: &str = include_str!("page/page.js");
const STYLE: &str = include_str!("page/page.css");

#[derive(Clone)]
struct App {
    asks: Sender<Ask>,
    news: broadcast::Sender<String>,
}

/// Serves the page on a listener that is bound to loopback, and works until the process ends. `told` hears of every save.
///
/// # Errors
/// The system has no file events or no threads to give.
pub fn serve(
    listener: TcpListener,
    engine: Engine,
    told: impl FnMut(&Built, Option<&Workspace>) + Send + 'static,
) -> std::io::Result<()> {
    debug_assert!(listener.local_addr().is_ok_and(|a| a.ip() == Ipv4Addr::LOCALHOST));
    let (asks, asked) = std::sync::mpsc::channel();
    let (news, _) = broadcast::channel(64);
    let changes = asks.clone();
    let files = Files::new(move |changed| {
        // The engine is gone only when the program ends.
        let _ = changes.send(Ask::Changed(changed));
    })
    .map_err(std::io::Error::other)?;
    let app = App { asks, news: news.clone() };
    std::thread::Builder::new().name("engine".to_owned()).stack_size(16 << 20).spawn(move || {
        let mut engine = engine;
        engine.run(&asked, &mut Teller { news, files, told });
    })?;
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        axum::serve(listener, router(app)).await
    })
}

/// Tells pages, the terminal and the file watcher what the engine did.
struct Teller<T> {
    news: broadcast::Sender<String>,
    files: Files,
    told: T,
}

impl<T: FnMut(&Built, Option<&Workspace>)> Listener for Teller<T> {
    fn built(&mut self, built: &Built, workspace: Option<&Workspace>) {
        // Nobody may be looking.
        let _ = self.news.send(format!("built {}", built.build));
        (self.told)(built, workspace);
    }

    fn counted(&mut self, campaign: &str) {
        let _ = self.news.send(format!("counted {campaign}"));
    }

    fn reads(&mut self, folders: BTreeSet<PathBuf>) {
        self.files.watch(folders);
    }
}

fn router(app: App) -> Router {
    let text = |kind: &'static str, body: &'static str| {
        get(move || async move { ([(header::CONTENT_TYPE, kind)], body) })
    };
    Router::new()
        .route("/", text("text/html; charset=utf-8", PAGE))
        .route("/page.js", text("text/javascript; charset=utf-8", SCRIPT))
        .route("/page.css", text("text/css; charset=utf-8", STYLE))
        .route("/view", get(view))
        .route("/search", get(search))
        .route("/events", get(events))
        .layer(middleware::from_fn(guard))
        .with_state(app)
}

/// Lets only the person at this machine in, and only to look.
async fn guard(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    let mut response = if !is_loopback(host) {
        (StatusCode::FORBIDDEN, "this page is for the person at this machine\n").into_response()
    } else if request.method() != Method::GET && request.method() != Method::HEAD {
        (StatusCode::METHOD_NOT_ALLOWED, "there is only something to look at here\n").into_response()
    } else {
        next.run(request).await
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

async fn view(State(app): State<App>, Query(selection): Query<Selection>) -> Response {
    let (reply, answer) = oneshot::channel();
    if app.asks.send(Ask::View(selection, reply)).is_err() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match answer.await {
        Ok(view) => Json(view).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

#[derive(Deserialize)]
struct Search {
    campaign: Option<String>,
    text: String,
}

async fn search(State(app): State<App>, Query(search): Query<Search>) -> Response {
    let (reply, answer) = oneshot::channel();
    if app.asks.send(Ask::Search(search.campaign, search.text, reply)).is_err() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    Json(answer.await.unwrap_or_default()).into_response()
}

async fn events(State(app): State<App>) -> Sse<impl tokio_stream::Stream<Item = Result<Event, Infallible>>> {
    // A page that fell behind missed only what the next event tells as well.
    let stream = BroadcastStream::new(app.news.subscribe())
        .filter_map(Result::ok)
        .map(|news| Ok(Event::default().data(news)));
    Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}
