#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""A bad line: carries every packet between two cable ends by hand, late, some never, some out of
order. impair.py END OTHER-END LOSS DELAY-MS REORDER, probabilities from 0 to 1; runs until its
standard input ends and then prints what it carried and lost."""
import heapq
import itertools
import random
import selectors
import socket
import sys
import time

ALL_PROTOCOLS = 3
OUTGOING = 4
OVERTAKEN_S = 0.03  # how much later a packet comes that others overtake


def open_end(name):
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
    end.bind((name, 0))
    end.setblocking(False)
    return end


def carry(ends, loss, delay_s, reorder):
    chance = random.Random(1)
    waiting, order = [], itertools.count()
    selector = selectors.DefaultSelector()
    for one, other in (ends, ends[::-1]):
        selector.register(one, selectors.EVENT_READ, other)
    selector.register(sys.stdin, selectors.EVENT_READ)
    carried = lost = 0
    while True:
        left = waiting[0][0] - time.monotonic() if waiting else None
        for key, _ in selector.select(None if left is None else max(left, 0)):
            if key.fileobj is sys.stdin:
                return carried, lost
            frame, address = key.fileobj.recvfrom(65536)
            if address[2] == OUTGOING:
                continue
            if chance.random() < loss:
                lost += 1
                continue
            late = delay_s + (OVERTAKEN_S if chance.random() < reorder else 0)
            heapq.heappush(waiting, (time.monotonic() + late, next(order), key.data, frame))
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, end, frame = heapq.heappop(waiting)
            try:
                end.send(frame)
                carried += 1
            except OSError:
                lost += 1


def main():
    names, (loss, delay_ms, reorder) = sys.argv[1:3], map(float, sys.argv[3:6])
    ends = [open_end(name) for name in names]
    print("ready", flush=True)
    carried, lost = carry(ends, loss, delay_ms / 1000, reorder)
    print(carried, lost, flush=True)


main()
