"""Hands requests to threads, and wakes no more threads than it must."""

from waitress.channel import HTTPChannel
from waitress.task import ThreadedTaskDispatcher


class Dispatcher(ThreadedTaskDispatcher):
    """Wakes one thread for what comes together; that one wakes the next while there is more.

    waitress wakes one for each request. Where answers are short the first thread has given them
    all before the others are awake, and waking them took a third of the time.
    """

    def add_task(self, task: HTTPChannel) -> None:
        """Queue a connection that has a request."""
        with self.lock:
            self.queue.append(task)
            if len(self.queue) == 1:
                self.queue_cv.notify()

    def pass_on(self) -> None:
        """Wake another thread where more waits; called by one that has taken a request.

        The queue is looked at without the lock: what comes into an empty one wakes a thread itself.
        """
        if self.queue:
            with self.lock:
                self.queue_cv.notify()
