; Colours. No two patterns take the same node, since editors disagree about which would win, and the names are such as both Helix
; and Neovim know, themselves or by their beginning.

(doc_comment) @comment.documentation
(comment) @comment

(use ["use" "from"] @keyword.import)
(use (word) @type)

(declaration kind: (kind) @keyword)
(declaration name: (word) @type)
(variant "variant" @keyword)
(variant name: (word) @type)

(setting key: (word) @attribute)
(argument name: (word) @variable.parameter)
(call name: (word) @function)
(member (word) @variable.member)

(string) @string
(text_block) @string
(escape) @constant.character.escape
(number) @constant.numeric
(date) @constant.numeric
(time) @constant.numeric
(unit) @keyword.unit
(operator) @operator

; Words of the language where they stand between others. A shop may have columns of the same names.
([(value (word) @keyword.operator) (group (word) @keyword.operator) (list (word) @keyword.operator) (arguments (word) @keyword.operator)]
  (#any-of? @keyword.operator
    "and" "or" "not" "in" "is" "contains" "within" "when" "where" "per" "last" "next" "since" "before" "known" "missing" "after"))

([(value (word) @constant.builtin) (list (word) @constant.builtin) (arguments (word) @constant.builtin) (group (word) @constant.builtin)]
  (#any-of? @constant.builtin "yes" "no" "true" "false" "never"))

((setting
  key: (word) @_key
  (value (word) @keyword))
  (#eq? @_key "send")
  (#any-of? @keyword
    "once" "daily" "every" "monthly" "on" "at" "until" "local"
    "monday" "tuesday" "wednesday" "thursday" "friday" "saturday" "sunday"))

; minijinja in texts
(template_comment) @comment
(interpolation ["{{" "}}"] @punctuation.special)
(tag ["{%" "%}"] @punctuation.special)
(tag . "{%" . (word) @keyword)
(interpolation (word) @variable)
(tag (word) @keyword.operator (#any-of? @keyword.operator "in" "is" "not" "and" "or"))
(filter (word) @function)

["(" ")" "[" "]" "{" "}"] @punctuation.bracket
["," ":" "." "|"] @punctuation.delimiter
