"""Who is at work with a store: locks that end with their process.

They are the operating system's, on places of an empty file beside the store.
So nobody needs to tidy up after a kill. Where a system or a disk has none,
nobody keeps others away, as if they were always free.
"""

import errno
import hashlib

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

# What a disk says that has none, of a network, for instance.
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)


class Locks:
    """Locks of this process in a store, until the end of the context.

    Arguments
    ---------
    path : Path
        Of the store's file. A process holds one of these at a time: the end of
        one would take the locks of another with it.

    Example
    -------
    >>> from pathlib import Path
    >>> with Locks(Path(getfixture("tmpdir")) / "answers.sqlite") as locks:
    ...     locks.share("model")
    ...     locks.claim(["clip a", "clip b"])
    True
    """

    def __init__(self, path):
        self._path, self._file = path.with_suffix(".lock"), None

    def __enter__(self):
        if fcntl:
            try:
                self._file = open(self._path, "a+b")
            except OSError:  # a store that may only be read
                pass
        return self

    def __exit__(self, *error):
        if self._file:
            self._file.close()
        self._file = None

    def share(self, name):
        """Keep others from claiming a name; waits for who has claimed it."""
        if fcntl:
            self._lock(fcntl.LOCK_SH, name)

    def claim(self, names):
        """Keep others from names, all of them or none.

        Arguments
        ---------
        names : list of str

        Returns
        -------
        bool
            False if another process has one of them.
        """
        for count, name in enumerate(names):
            if fcntl and not self._lock(fcntl.LOCK_EX | fcntl.LOCK_NB, name):
                self.release(names[:count])
                return False
        return True

    def wait(self, names):
        """Wait until nobody else has the first names that are claimed."""
        for name in names if fcntl else []:
            self._lock(fcntl.LOCK_EX, name)
            self.release([name])

    def release(self, names):
        """Give names back."""
        for name in names if fcntl else []:
            self._lock(fcntl.LOCK_UN, name)

    def _lock(self, kind, name):
        """Whether it was to be had."""
        digest = hashlib.blake2b(name.encode(), digest_size=7).digest()
        place = int.from_bytes(digest, "big")
        try:
            if self._file:
                fcntl.lockf(self._file, kind, 1, place)
        except (BlockingIOError, PermissionError):
            return False
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            self._file.close()
            self._file = None
        return True
