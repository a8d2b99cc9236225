"""Couriers with real attempts: a channel that hangs delays no other, and not the end."""

import time

import pytest

from exporter.config.notifications import SecretUrl
from exporter.model.notifications import MessageKind, MessageOutcome
from exporter.notifications.attempts import Sender
from exporter.notifications.courier import Courier, Shared, close_all
from exporter.times import now
from tests.exporter.notifications.messages import message
from tests.support.outbox import MemoryOutbox
from tests.support.process.waiting import eventually
from tests.support.receivers import MailServer, Receiver, hang

pytestmark = pytest.mark.not_quick


def _courier(url: SecretUrl, outbox: MemoryOutbox) -> Courier:
    shared = Shared(outbox, now, lambda: True, lambda _channel, _outcome: None)
    sender = Sender()
    courier = Courier("phone", url, {MessageKind.ALERT: sender}, shared, sender.abort)
    courier.start()
    return courier


def test_a_channel_that_hangs_delays_nothing(receiver: Receiver, mail_server: MailServer) -> None:
    receiver.answer = hang
    outbox = MemoryOutbox()
    couriers = [_courier(receiver.url("json", "x?rto=60"), outbox)]
    couriers[0].offer([outbox.put(message(created=now()))])
    eventually(lambda: receiver.posts, "the request that hangs")
    couriers.append(_courier(mail_server.url(), outbox))
    couriers[1].offer([outbox.put(message(created=now()))])
    eventually(lambda: outbox.get(2).outcome is MessageOutcome.SENT, "the mail")
    assert outbox.get(1).error is None
    began = time.monotonic()
    close_all(couriers, patience=0.2)
    assert time.monotonic() - began < 5.0
    assert outbox.get(1).outcome is None
