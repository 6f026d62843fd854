"""A process that publishes, loads and uses a model, in ways that are all
local, with the hub in reach; it prints what it would have connected to.

Arguments: a run, a folder to publish to, a ledger, a recording. Only what
Python itself opens is seen.
"""

import json
import sys
import urllib.request

LOCAL = {None, "", "localhost", "127.0.0.1", "::1"}
EVENTS = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname"}
BAIT = "192.0.2.1"  # of no computer, RFC 5737
wanted = []


def watch(event, arguments):
    """An audit hook: note and forbid what leaves this computer."""
    if event not in EVENTS:
        return
    place = arguments[1] if event == "socket.connect" else arguments[0]
    host = place[0] if isinstance(place, tuple) else place
    if isinstance(host, bytes):
        host = host.decode()
    unix = event == "socket.connect" and not isinstance(place, tuple)
    if host not in LOCAL and not unix:
        wanted.append(host)
        raise OSError(f"{host} is out of bounds")


def use(run, folder, ledger, recording):
    """Publish a run; load it in each way; ask; serve a page of it."""
    from speechbrain_zsfuse.hub.publishing.publish import publish
    from speechbrain_zsfuse.inference import EmotionRecognizer

    publish(run, folder, licence="mit", ledger=ledger)
    EmotionRecognizer.from_pretrained(run).predict(recording)
    EmotionRecognizer.from_hparams(folder).classify_file(recording)
    recognizer = EmotionRecognizer.from_pretrained(folder)
    recognizer.predict(recording, window=0.2)
    words = recognizer.zero_shot.with_words(["bored", "proud"])
    words.predict(recording, per_prompt=True)
    show(recognizer, recording)


def show(recognizer, recording):
    """A page is served, fetched and asked."""
    from speechbrain_zsfuse.inference.demo import serving
    from speechbrain_zsfuse.inference.demo.limits import Limits
    from speechbrain_zsfuse.inference.demo.listening import Listener

    listener = Listener(recognizer)
    with (
        serving.upload_folder() as folder,
        serving.serve(listener, Limits(), folder) as address,
    ):
        assert b"gradio" in urllib.request.urlopen(address).read()
        listener.hear(recording)


if __name__ == "__main__":
    sys.addaudithook(watch)
    use(*sys.argv[1:])
    try:
        urllib.request.urlopen(f"http://{BAIT}", timeout=1)
    except OSError:
        pass
    print(json.dumps(wanted))
