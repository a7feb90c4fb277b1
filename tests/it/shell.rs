//! What a shell is given: completion and manual pages that know every command.

use crate::shop::{Project, text};

const COMMANDS: [&str; 5] = ["check", "fmt", "plan", "run", "preview"];

#[test]
fn shells_learn_every_command_and_its_options() {
    let project = Project::without_shop();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = project.herald(&["completions", shell]);
        assert!(script.status.success(), "{shell}");
        let script = text(&script.stdout);
        assert!(script.contains("dry-run") && COMMANDS.iter().all(|c| script.contains(c)), "{shell}");
    }
    assert_eq!(project.herald(&["completions", "cobol"]).status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn bash_takes_the_script_and_completes() {
    let project = Project::without_shop();
    project.write("herald.bash", &text(&project.herald(&["completions", "bash"]).stdout));
    let ask = "source herald.bash; COMP_WORDS=(herald prev); COMP_CWORD=1; _herald herald prev herald; echo ${COMPREPLY[@]}";
    let Ok(answer) =
        std::process::Command::new("bash").args(["-c", ask]).current_dir(project.path()).output()
    else {
        return; // no bash on this machine
    };
    assert_eq!(text(&answer.stdout).trim(), "preview", "{}", text(&answer.stderr));
}

#[test]
fn every_command_has_a_manual_page() {
    let project = Project::without_shop();
    let page = text(&project.herald(&["man"]).stdout);
    assert!(page.contains(".TH herald 1") && COMMANDS.iter().all(|c| page.contains(c)), "{page}");
    assert!(project.herald(&["man", "pages"]).status.success());
    for command in COMMANDS {
        assert!(project.read(&format!("pages/herald-{command}.1")).contains(".SH SYNOPSIS"), "{command}");
    }
    project.write("taken", "a file");
    let taken = project.herald(&["man", "taken"]);
    assert_eq!(taken.status.code(), Some(1));
    assert!(text(&taken.stderr).contains("taken"), "{}", text(&taken.stderr));
}
