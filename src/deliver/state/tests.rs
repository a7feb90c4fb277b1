//! What a run relies on: nobody twice, nobody lost, everybody accounted for.

use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::data::Key;
use crate::deliver::Address;

const DAY: i64 = 86_400;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + seconds).unwrap()
}

fn run_of<'a>(campaign: &'a str, occurrence: &'a str) -> NewRun<'a> {
    NewRun {
        campaign,
        occurrence,
        as_of: at(0),
        seed: u64::MAX,
        live: false,
        plan: "{}",
        plan_hash: "p1",
        sources: &[],
        git_commit: None,
        fingerprint: "d1",
        now: at(0),
    }
}

fn begin(state: &mut State, campaign: &str, occurrence: &str) -> RunId {
    match state.begin_or_resume(&run_of(campaign, occurrence)).unwrap() {
        RunStart::New(r) | RunStart::Resume(r) | RunStart::Finished(r) => r.id,
    }
}

fn message(customer: i64, address: &str, due: i64) -> NewMessage {
    NewMessage {
        customer: Key::Int(customer),
        address: Address::parse(address).unwrap(),
        variant: None,
        template: "hello".into(),
        message_id: format!("<{customer}@x.example>"),
        subject: "Hello".into(),
        inputs: format!("{{\"customer\":{customer}}}"),
        due_at: at(due),
        limits: Arc::default(),
        set_aside: None,
    }
}

/// Freezes and commits a whole run of these messages.
fn commit(
    state: &mut State,
    campaign: &str,
    occurrence: &str,
    limits: &Limits,
    mut messages: Vec<NewMessage>,
) -> Committed {
    let limits = Arc::new(limits.clone());
    messages.iter_mut().for_each(|m| m.limits = Arc::clone(&limits));
    let run = begin(state, campaign, occurrence);
    state.freeze_audience(run, messages.iter().map(|m| m.customer.clone())).unwrap();
    let chunk = Chunk { next_ordinal: messages.len() as u64, messages, ..Chunk::default() };
    state.commit_chunk(run, &chunk).unwrap()
}

fn any_time() -> Limits {
    Limits { at_most: vec![], repeat: Repeat::After(0) }
}

fn reasons(committed: &Committed) -> Vec<(String, &str)> {
    committed.refused.iter().map(|e| (e.customer.to_string(), e.gate.as_str())).collect()
}

#[test]
fn a_run_keeps_its_instant_and_seed_whatever_the_second_start_asks_for() {
    let mut state = State::in_memory().unwrap();
    let sources = [("a.campaign".to_owned(), "campaign a {}".to_owned())];
    let first = NewRun {
        sources: &sources,
        as_of: "2026-06-01T10:00:00.75Z".parse().unwrap(),
        ..run_of("a", "first")
    };
    let RunStart::New(begun) = state.begin_or_resume(&first).unwrap() else { panic!("not new") };
    assert_eq!(begun.as_of, "2026-06-01T10:00:00Z".parse().unwrap(), "kept in whole seconds, from the start");
    assert_eq!((begun.seed, begun.audience_size, begun.next_ordinal), (u64::MAX, None, 0));

    let later = NewRun { as_of: at(99 * DAY), seed: 1, plan_hash: "p2", ..run_of("a", "first") };
    let RunStart::Resume(resumed) = state.begin_or_resume(&later).unwrap() else { panic!("not resumed") };
    assert_eq!(resumed, begun);
    assert_eq!(state.run_sources(begun.id).unwrap(), sources);
    assert_eq!(state.run_plan(begun.id).unwrap(), "{}");
    assert!(matches!(state.begin_or_resume(&run_of("a", "second")).unwrap(), RunStart::New(_)));
}

#[test]
fn a_finished_run_has_nothing_left_to_do_and_an_unfinished_one_cannot_be_called_so() {
    let mut state = State::in_memory().unwrap();
    let run = begin(&mut state, "a", "first");
    assert!(matches!(state.finish(run, at(1)), Err(StateError::Audience(_))));
    state.freeze_audience(run, [Key::Int(1), Key::Int(2)]).unwrap();
    let one = |first: u64, m: NewMessage| Chunk {
        first_ordinal: first,
        next_ordinal: first + 1,
        messages: vec![m],
        ..Chunk::default()
    };
    let admitted = state.commit_chunk(run, &one(0, message(1, "a@x.example", 0))).unwrap().admitted;
    assert!(matches!(state.finish(run, at(1)), Err(StateError::Unfinished { planned: 1, left: 1 })));
    let sent = HandedOver { id: admitted[0].id, at: at(5), place: "a/first/1.eml".into(), hash: [7; 32] };
    state.mark_handed_over(std::slice::from_ref(&sent)).unwrap();
    assert!(
        matches!(state.mark_handed_over(&[sent]), Err(StateError::NotPlanned { .. })),
        "handed over once"
    );

    state.stop(run, "the disk is full", at(2)).unwrap();
    assert_eq!(state.run(run).unwrap().stop_reason.as_deref(), Some("the disk is full"));
    let RunStart::Resume(resumed) = state.begin_or_resume(&run_of("a", "first")).unwrap() else { panic!() };
    assert_eq!((resumed.status, resumed.next_ordinal, resumed.stop_reason), (RunStatus::Running, 1, None));

    let admitted = state.commit_chunk(run, &one(1, message(2, "b@x.example", 0))).unwrap().admitted;
    state.mark_set_aside(&[(admitted[0].id, "`name` is missing".into())]).unwrap();
    state.finish(run, at(9)).unwrap();
    assert!(matches!(state.begin_or_resume(&run_of("a", "first")).unwrap(), RunStart::Finished(_)));
    state.stop(run, "too late", at(10)).unwrap();
    assert_eq!(state.run(run).unwrap().status, RunStatus::Finished);

    let progress = state.progress(run).unwrap();
    assert_eq!((progress.audience, progress.looked_at), (Some(2), 2));
    assert_eq!(progress.messages["handed_over"], 1);
    assert_eq!(progress.messages["set_aside"], 1);
    let troubled = state.troubled(run, 10).unwrap();
    assert_eq!(troubled.len(), 1);
    assert_eq!(troubled[0].error.as_deref(), Some("`name` is missing"));
}

#[test]
fn the_frozen_audience_keeps_its_order_and_each_id_once() {
    let mut state = State::in_memory().unwrap();
    let run = begin(&mut state, "a", "first");
    let ids = ["9", "x", "9", "2", "X", "二", "x"].map(Key::parse);
    assert_eq!(state.freeze_audience(run, ids).unwrap(), Frozen { size: 5, repeated: 2 });
    assert!(matches!(state.freeze_audience(run, []), Err(StateError::Audience(_))));
    let read = |from, limit| -> Vec<String> {
        state.audience_chunk(run, from, limit).unwrap().iter().map(ToString::to_string).collect()
    };
    assert_eq!(read(0, 3), ["9", "x", "2"]);
    assert_eq!(read(3, 1000), ["X", "二"]);
    assert_eq!(read(1, u64::MAX).len(), 4);
    assert!(read(5, 10).is_empty());
    assert_eq!(state.audience_chunk(run, 0, 1).unwrap(), [Key::Int(9)], "a number stays a number");
}

#[test]
fn two_customers_with_one_address_get_one_mail_within_a_chunk_and_across_chunks() {
    let mut state = State::in_memory().unwrap();
    let run = begin(&mut state, "a", "first");
    state.freeze_audience(run, (1..=4).map(Key::Int)).unwrap();
    let mut chunk = Chunk {
        next_ordinal: 2,
        messages: vec![message(1, "Ann@x.example", 0), message(2, "ann@X.example ", 0)],
        ..Chunk::default()
    };
    let first = state.commit_chunk(run, &chunk).unwrap();
    assert_eq!(first.admitted.len(), 1);
    assert_eq!(first.refused[0].reason, "same address as customer 1");
    chunk = Chunk {
        first_ordinal: 2,
        next_ordinal: 4,
        messages: vec![message(3, "ANN@x.example", 0), message(4, "bob@x.example", 0)],
        ..Chunk::default()
    };
    let second = state.commit_chunk(run, &chunk).unwrap();
    assert_eq!(second.admitted, [Admitted { index: 1, id: second.admitted[0].id }]);
    let recorded = state.exclusion(run, &Key::Int(3)).unwrap().unwrap();
    assert_eq!(
        (recorded.gate.as_str(), recorded.reason.as_str()),
        (gate::SAME_ADDRESS, "same address as customer 1")
    );
    assert_eq!(state.progress(run).unwrap().excluded[gate::SAME_ADDRESS], 2);
}

#[test]
fn suppressed_addresses_get_nothing_whoever_has_them() {
    let mut state = State::in_memory().unwrap();
    let why = |reason: &str| Suppression { reason: reason.into(), source: "test".into(), at: at(-DAY) };
    let address = Address::parse("Ann@x.example").unwrap();
    state.suppress(&address, &why("unsubscribed")).unwrap();
    state.suppress(&address, &why("hard bounce")).unwrap();
    assert_eq!(
        state.suppression(&address).unwrap().unwrap().reason,
        "unsubscribed",
        "the first reason stays"
    );
    let done = commit(
        &mut state,
        "a",
        "first",
        &any_time(),
        vec![message(1, "ann@x.example", 0), message(2, "bob@x.example", 0)],
    );
    assert_eq!(reasons(&done), [("1".into(), gate::SUPPRESSION)]);
    assert!(done.refused[0].reason.ends_with("unsubscribed"), "{}", done.refused[0].reason);
    // What was refused claims nothing.
    let rows: i64 = state.conn.query_row("SELECT count(*) FROM messages", [], |r| r.get(0)).unwrap();
    assert_eq!(rows, 1);
}

#[test]
fn who_unsubscribes_while_a_run_is_under_way_is_not_written_to() {
    let mut state = State::in_memory().unwrap();
    let both = vec![message(1, "Ann@x.example", 0), message(2, "bob@x.example", 0)];
    let done = commit(&mut state, "a", "first", &any_time(), both);
    let run = begin(&mut state, "a", "first");
    let why = Suppression { reason: "unsubscribed".into(), source: "test".into(), at: at(1) };
    state.suppress(&Address::parse("ann@x.example").unwrap(), &why).unwrap();
    assert_eq!(
        state.pending(run, 10).unwrap().iter().map(|p| p.id).collect::<Vec<_>>(),
        [done.admitted[1].id]
    );
    let kept = state.message(run, &Key::Int(1)).unwrap().unwrap();
    assert_eq!((kept.status.as_str(), kept.error.as_deref()), ("suppressed", Some("unsubscribed")));
    // Unless it was on its way already: then that is what is recorded.
    let sent = HandedOver { id: done.admitted[0].id, at: at(2), place: String::new(), hash: [0; 32] };
    state.mark_handed_over(&[sent]).unwrap();
    assert_eq!(state.message(run, &Key::Int(1)).unwrap().unwrap().status, "handed_over");
}

#[test]
fn a_frequency_window_lets_a_daily_mail_pass_and_nothing_closer() {
    let daily = Limits { at_most: vec![Frequency { count: 1, window: DAY }], repeat: Repeat::After(0) };
    for (due, admitted) in [(DAY, 1), (DAY - 1, 0), (0, 0), (-DAY, 1), (1 - DAY, 0)] {
        let mut state = State::in_memory().unwrap();
        commit(&mut state, "a", "first", &daily, vec![message(1, "ann@x.example", 0)]);
        let done = commit(&mut state, "b", "first", &daily, vec![message(1, "ann@x.example", due)]);
        assert_eq!(done.admitted.len(), admitted, "due {due}");
        if admitted == 0 {
            assert_eq!(done.refused[0].reason, "would be mail 2 within 1 day, and the policy allows 1");
        }
    }
}

#[test]
fn frequency_counts_all_campaigns_by_customer_and_by_address() {
    let weekly = Limits { at_most: vec![Frequency { count: 2, window: 7 * DAY }], repeat: Repeat::After(0) };
    let mut state = State::in_memory().unwrap();
    for (campaign, day) in [("a", 0), ("b", 2)] {
        let done = commit(
            &mut state,
            campaign,
            "first",
            &weekly,
            vec![message(1, "ann@x.example", day * DAY), message(2, "bob@x.example", day * DAY)],
        );
        assert_eq!(done.admitted.len(), 2);
    }
    // Customer 1 has a new address, and customer 3 has taken bob's.
    let third = vec![message(1, "new@x.example", 4 * DAY), message(3, "bob@x.example", 4 * DAY)];
    let done = commit(&mut state, "c", "first", &weekly, third);
    assert_eq!(reasons(&done), [("1".into(), gate::FREQUENCY), ("3".into(), gate::FREQUENCY)]);
    let fourth = vec![message(1, "new@x.example", 7 * DAY)];
    assert_eq!(commit(&mut state, "d", "first", &weekly, fourth).admitted.len(), 1, "the window has passed");
}

#[test]
fn mail_set_aside_uses_up_no_slot_and_hand_over_counts_when_it_was() {
    let daily = Limits { at_most: vec![Frequency { count: 1, window: DAY }], repeat: Repeat::After(0) };
    let mut state = State::in_memory().unwrap();
    let mut broken = message(1, "ann@x.example", 0);
    broken.set_aside = Some("the template failed".into());
    let done = commit(&mut state, "a", "first", &daily, vec![broken, message(2, "bob@x.example", 0)]);
    assert_eq!(done.admitted.len(), 1, "what is set aside is not to be handed over");
    let late = HandedOver { id: done.admitted[0].id, at: at(DAY / 2), place: String::new(), hash: [0; 32] };
    state.mark_handed_over(&[late]).unwrap();
    let next = vec![message(1, "ann@x.example", DAY), message(2, "bob@x.example", DAY)];
    let done = commit(&mut state, "b", "first", &daily, next);
    assert_eq!(reasons(&done), [("2".into(), gate::FREQUENCY)]);
}

#[test]
fn a_campaign_reaches_a_customer_again_only_as_repeat_says() {
    let to = |due| vec![message(1, "ann@x.example", due)];
    let mut state = State::in_memory().unwrap();
    let never = Limits::default();
    let weekly = Limits { repeat: Repeat::After(7 * DAY), ..Limits::default() };
    assert_eq!(commit(&mut state, "a", "w1", &never, to(0)).admitted.len(), 1);
    let refused = commit(&mut state, "a", "w2", &never, to(1000 * DAY)).refused;
    assert!(refused[0].reason.ends_with("and it is not repeated"), "{}", refused[0].reason);
    assert_eq!(
        reasons(&commit(&mut state, "a", "w3", &weekly, to(7 * DAY - 1))),
        [("1".into(), gate::REPEAT)]
    );
    assert_eq!(commit(&mut state, "a", "w4", &weekly, to(7 * DAY)).admitted.len(), 1);
    assert_eq!(
        commit(&mut state, "b", "w1", &never, to(7 * DAY)).admitted.len(),
        1,
        "another campaign is another"
    );
    // The same person by another id.
    let other = vec![message(9, "ann@x.example", 9 * DAY)];
    assert_eq!(reasons(&commit(&mut state, "a", "w5", &weekly, other)), [("9".into(), gate::REPEAT)]);
}

#[test]
fn a_chunk_must_account_for_each_of_its_customers_in_turn() {
    let mut state = State::in_memory().unwrap();
    let run = begin(&mut state, "a", "first");
    state.freeze_audience(run, (1..=3).map(Key::Int)).unwrap();
    let exclusion =
        |c: i64| Exclusion { customer: Key::Int(c), gate: "consent".into(), reason: "no consent".into() };
    let chunk = |first, next, messages: &[i64], exclusions: &[i64]| Chunk {
        first_ordinal: first,
        next_ordinal: next,
        messages: messages.iter().map(|&c| message(c, &format!("c{c}@x.example"), 0)).collect(),
        exclusions: exclusions.iter().map(|&c| exclusion(c)).collect(),
        ..Chunk::default()
    };
    let mut problem = |c: Chunk| state.commit_chunk(run, &c).unwrap_err().to_string();
    assert_eq!(problem(chunk(0, 2, &[1], &[])), "customer 2 has no outcome in its chunk");
    assert_eq!(problem(chunk(0, 2, &[1], &[2, 1])), "customer 1 is twice in one chunk");
    assert_eq!(problem(chunk(0, 2, &[1], &[2, 3])), "customer 3 is in a chunk that is not theirs");
    assert_eq!(problem(chunk(0, 4, &[1, 2], &[3])), "the run's audience ends before the chunk does");
    assert!(problem(chunk(1, 2, &[2], &[])).contains("but the run stands at 0"));
    assert_eq!(state.progress(run).unwrap().looked_at, 0, "nothing of a refused chunk is kept");

    state.commit_chunk(run, &chunk(0, 2, &[1], &[2])).unwrap();
    let again = state.commit_chunk(run, &chunk(0, 2, &[1], &[2]));
    assert!(matches!(again, Err(StateError::OutOfTurn { expected: 2, found: 0 })));
    assert_eq!(state.exclusion(run, &Key::Int(2)).unwrap(), Some(exclusion(2)));
}

#[test]
fn what_is_pending_can_be_composed_again_and_leaves_in_the_order_it_was_planned() {
    let mut state = State::in_memory().unwrap();
    let mut second = message(2, "Bob@x.example", 30);
    second.variant = Some("plain".into());
    let done = commit(&mut state, "a", "first", &any_time(), vec![message(7, "ann@x.example", 20), second]);
    let run = begin(&mut state, "a", "first");
    let pending = state.pending(run, 10).unwrap();
    assert_eq!(
        pending.iter().map(|p| p.id).collect::<Vec<_>>(),
        done.admitted.iter().map(|a| a.id).collect::<Vec<_>>()
    );
    assert_eq!(pending[1].address.written(), "Bob@x.example");
    assert_eq!(pending[1].variant.as_deref(), Some("plain"));
    assert_eq!((pending[1].inputs.as_str(), pending[1].due_at), ("{\"customer\":2}", at(30)));
    assert_eq!(state.pending(run, 1).unwrap().len(), 1);
    state.mark_failed(&[(pending[0].id, "refused".into())]).unwrap();
    assert_eq!(state.pending(run, 10).unwrap()[0].customer, Key::Int(2));
}

#[test]
fn a_dry_run_refuses_what_the_run_would_and_records_nothing() {
    let mut state = State::in_memory().unwrap();
    let daily = Limits { at_most: vec![Frequency { count: 1, window: DAY }], repeat: Repeat::Never };
    commit(&mut state, "a", "first", &daily, vec![message(1, "ann@x.example", 0)]);
    let messages = [
        message(1, "ann@x.example", 10),
        message(2, "bob@x.example", 10),
        message(3, "BOB@x.example", 10),
        message(4, "cy@x.example", 10),
    ];
    let candidates: Vec<_> = messages
        .iter()
        .map(|m| Candidate { customer: &m.customer, address: &m.address, due_at: m.due_at, limits: &daily })
        .collect();
    let mut claimed = Claimed::default();
    let mut assessed = Vec::new();
    for chunk in candidates.chunks(2) {
        assessed.extend(state.assess("b", "first", chunk, &mut claimed).unwrap());
    }
    assert!(state.find_run("b", "first").unwrap().is_none());
    let refused = commit(&mut state, "b", "first", &daily, messages.to_vec()).refused;
    assert_eq!(assessed.into_iter().flatten().collect::<Vec<_>>(), refused);
    assert_eq!(refused.len(), 2);
}

#[test]
fn a_dry_run_works_on_a_state_opened_for_reading() {
    let dir = tempfile::tempdir().unwrap();
    let mut state = State::open(dir.path()).unwrap();
    commit(&mut state, "a", "first", &Limits::default(), vec![message(1, "ann@x.example", 0)]);
    let mut reader = State::open_read_only(dir.path()).unwrap().unwrap();
    let again = message(1, "ann@x.example", 0);
    let candidate = Candidate {
        customer: &again.customer,
        address: &again.address,
        due_at: again.due_at,
        limits: &again.limits,
    };
    let assessed = reader.assess("a", "second", &[candidate], &mut Claimed::default()).unwrap();
    assert_eq!(assessed[0].as_ref().unwrap().gate, gate::REPEAT);
    assert!(
        reader
            .suppress(
                &again.address,
                &Suppression { reason: String::new(), source: String::new(), at: at(0) }
            )
            .is_err()
    );
}

#[test]
fn a_customers_history_tells_every_run_and_what_became_of_them() {
    let mut state = State::in_memory().unwrap();
    commit(&mut state, "a", "w1", &Limits::default(), vec![message(1, "ann@x.example", 0)]);
    commit(&mut state, "a", "w2", &Limits::default(), vec![message(1, "ann@x.example", DAY)]);
    let run = begin(&mut state, "b", "first");
    state.freeze_audience(run, [Key::Int(5), Key::Int(1)]).unwrap();
    let past = state.why(&Key::Int(1)).unwrap();
    assert_eq!(
        past.iter().map(|p| (p.campaign.as_str(), p.occurrence.as_str())).collect::<Vec<_>>(),
        [("b", "first"), ("a", "w2"), ("a", "w1")]
    );
    assert_eq!(past[0].outcome, Outcome::Waiting(1));
    assert!(matches!(&past[1].outcome, Outcome::Excluded(e) if e.gate == gate::REPEAT));
    let Outcome::Message(sent) = &past[2].outcome else { panic!("no message") };
    assert_eq!((sent.status.as_str(), sent.hash.as_deref()), ("planned", None));
    assert_eq!(state.inputs(sent.id).unwrap().as_deref(), Some("{\"customer\":1}"));
    assert!(state.why(&Key::Text("1".into())).unwrap().is_empty(), "the text is another customer");
}

#[test]
fn the_brake_compares_with_the_last_finished_run_of_its_own_kind() {
    let mut state = State::in_memory().unwrap();
    for (occurrence, live, size) in [("w1", false, 3), ("w2", true, 5), ("w3", true, 9)] {
        let new = NewRun { live, ..run_of("a", occurrence) };
        let RunStart::New(run) = state.begin_or_resume(&new).unwrap() else { panic!() };
        state.freeze_audience(run.id, (0..size).map(Key::Int)).unwrap();
        let exclusions = (0..size)
            .map(|c| Exclusion { customer: Key::Int(c), gate: "g".into(), reason: "r".into() })
            .collect();
        let chunk = Chunk { next_ordinal: size as u64, exclusions, ..Chunk::default() };
        state.commit_chunk(run.id, &chunk).unwrap();
        if occurrence != "w3" {
            state.finish(run.id, at(1)).unwrap();
        }
    }
    assert_eq!(state.last_run_size("a", "w4", true).unwrap(), Some(5));
    assert_eq!(state.last_run_size("a", "w2", true).unwrap(), None, "not with itself");
    assert_eq!(state.last_run_size("a", "w4", false).unwrap(), Some(3));
    assert_eq!(state.last_run_size("b", "w4", true).unwrap(), None);
    assert_eq!(state.runs().unwrap().len(), 3);
}

#[test]
fn segments_see_what_was_handed_over_through_a_covering_index() {
    let mut state = State::in_memory().unwrap();
    let mut first = message(1, "ann@x.example", 0);
    first.variant = Some("plain".into());
    let done = commit(&mut state, "a", "first", &any_time(), vec![first, message(2, "bob@x.example", 0)]);
    let sent = HandedOver { id: done.admitted[0].id, at: at(60), place: String::new(), hash: [1; 32] };
    state.mark_handed_over(&[sent]).unwrap();
    let rows: Vec<(i64, i64, String, String)> = state
        .conn
        .prepare("SELECT customer, at, campaign, variant FROM sends")
        .unwrap()
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(rows, [(1, at(60).as_second(), "a".into(), "plain".into())]);
    let plan: Vec<String> = state
        .conn
        .prepare("EXPLAIN QUERY PLAN SELECT customer, count(*) FROM sends WHERE at >= 0 AND at < 9 GROUP BY customer")
        .unwrap()
        .query_map([], |r| r.get(3))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(plan, ["SCAN m USING COVERING INDEX messages_sent"]);
}

#[test]
fn a_full_disk_keeps_what_was_committed_and_the_run_goes_on_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let mut state = State::open(dir.path()).unwrap();
    let run = begin(&mut state, "a", "first");
    state.freeze_audience(run, (0..400).map(Key::Int)).unwrap();
    let chunk = |first: i64| Chunk {
        first_ordinal: first as u64,
        next_ordinal: first as u64 + 100,
        messages: (first..first + 100)
            .map(|c| NewMessage { inputs: "x".repeat(2000), ..message(c, &format!("c{c}@x.example"), 0) })
            .collect(),
        ..Chunk::default()
    };
    state.commit_chunk(run, &chunk(0)).unwrap();
    let pages: i64 = state.conn.pragma_query_value(None, "page_count", |r| r.get(0)).unwrap();
    let limit = |state: &State, pages: i64| {
        let sql = format!("PRAGMA max_page_count = {pages}");
        state.conn.query_row(&sql, [], |_| Ok(())).unwrap();
    };
    limit(&state, pages + 10);
    let error = state.commit_chunk(run, &chunk(100)).unwrap_err();
    assert!(matches!(error, StateError::DiskFull), "{error:?}");
    assert_eq!(state.progress(run).unwrap().looked_at, 100);
    assert_eq!(state.pending(run, 1000).unwrap().len(), 100);
    limit(&state, 1_000_000);
    assert_eq!(state.commit_chunk(run, &chunk(100)).unwrap().admitted.len(), 100);
}

#[test]
fn one_campaign_runs_once_at_a_time_and_two_campaigns_side_by_side() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (State::open(dir.path()).unwrap(), State::open(dir.path()).unwrap());
    let held = one.lock("../autumn").unwrap();
    let refused = two.lock("../autumn").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "another herald is running this campaign (`../autumn`); wait for it to end"
    );
    assert!(two.lock("spring").is_ok());
    drop(held);
    assert!(two.lock("../autumn").is_ok());
}

#[test]
fn two_processes_that_commit_at_once_share_the_frequency_slots() {
    let dir = tempfile::tempdir().unwrap();
    drop(State::open(dir.path()).unwrap());
    let daily = Limits { at_most: vec![Frequency { count: 1, window: DAY }], repeat: Repeat::Never };
    let run_all = |campaign: &'static str| {
        let (path, daily) = (dir.path().to_owned(), Arc::new(daily.clone()));
        std::thread::spawn(move || {
            let mut state = State::open(&path).unwrap();
            let run = begin(&mut state, campaign, "first");
            state.freeze_audience(run, (0..200).map(Key::Int)).unwrap();
            (0..20)
                .map(|i| {
                    let ids = i * 10..i * 10 + 10;
                    let messages = ids
                        .clone()
                        .map(|c| NewMessage {
                            limits: Arc::clone(&daily),
                            ..message(c, &format!("c{c}@x.example"), 0)
                        })
                        .collect();
                    let chunk = Chunk {
                        first_ordinal: ids.start as u64,
                        next_ordinal: ids.end as u64,
                        messages,
                        ..Chunk::default()
                    };
                    state.commit_chunk(run, &chunk).unwrap().admitted.len()
                })
                .sum::<usize>()
        })
    };
    let (a, b) = (run_all("a"), run_all("b"));
    assert_eq!(a.join().unwrap() + b.join().unwrap(), 200, "each customer got one of the two");
}
