"""Named prompt sets: what may be said of an emotion, as data with a source.

A set is a YAML file, one of this folder or a user's own:

    source: where its prompts come from
    language: English  # optional; of another one, words.py has no forms
    templates: ["{adjective} speech", "a person speaking {adverb}"]
    words:  # optional: forms of a label in place of those of words.py
        smug: {adverb: smugly, noun: smugness}
    prompts:  # optional: what is said of a label in place of the templates
        calm: [peaceful speech, a person speaking in a soft voice]

Without templates, only labels that have prompts can be asked for.
``finding.py`` knows what an option ``prompts`` means, ``reading.py`` checks
files, ``prompt_set.py`` says what a set is. Nothing here fills templates.
"""
