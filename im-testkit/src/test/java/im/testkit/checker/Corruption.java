package im.testkit.checker;

import im.testkit.history.DeviceRun;
import im.testkit.history.Event;
import im.testkit.history.Event.Acked;
import im.testkit.history.Event.CalledBack;
import im.testkit.history.Event.Invoked;
import im.testkit.history.Event.Settled;
import im.testkit.history.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Ways to break a history that keeps the contract, each with the contract it breaks. */
enum Corruption {
    DROP_ACCEPTED(1) {
        @Override
        boolean apply(Draft draft) {
            CalledBack victim = draft.callback(
                    callback -> draft.presentAtEnd(callback.by()) && draft.owed(callback) && draft.accepted(callback));
            return victim != null && draft.removeAll(event -> draft.sameOnDevice(event, victim));
        }
    },
    ALTER_BODY(2) {
        @Override
        boolean apply(Draft draft) {
            return draft.replace(draft.callback(any -> true), c -> draft.with(c, c.position(), c.sender(), "forged"));
        }
    },
    FORGE_SENDER(2) {
        @Override
        boolean apply(Draft draft) {
            CalledBack victim = draft.callback(
                    callback -> !callback.peer().equals(callback.by().uid()));
            return draft.replace(victim, c -> {
                String other = c.sender().equals(c.peer()) ? c.by().uid() : c.peer();
                return draft.with(c, c.position(), other, c.body());
            });
        }
    },
    MOVE_TO_ANOTHER_CONVERSATION(2) {
        @Override
        boolean apply(Draft draft) {
            return draft.replace(
                    draft.callback(any -> true),
                    c -> new CalledBack(
                            c.at(),
                            c.by(),
                            "dee",
                            c.position(),
                            -1,
                            c.messageId(),
                            c.sender(),
                            c.body(),
                            c.own(),
                            false));
        }
    },
    DELIVER_REJECTED(2) {
        @Override
        boolean apply(Draft draft) {
            Settled refusal = draft.any(Settled.class, settled -> settled.code().equals("CONFLICT"));
            if (refusal == null) {
                return false;
            }
            Invoked sent = Objects.requireNonNull(draft.any(Invoked.class, i -> i.ref() == refusal.ref()));
            draft.events.add(new CalledBack(
                    0,
                    sent.by(),
                    sent.peer(),
                    999_999,
                    -1,
                    sent.messageId(),
                    sent.by().uid(),
                    sent.body(),
                    true,
                    false));
            return true;
        }
    },
    DELIVER_BEFORE_SENT(2) {
        @Override
        boolean apply(Draft draft) {
            CalledBack victim = draft.anyCallback();
            draft.events.remove(victim);
            draft.events.add(0, victim);
            return true;
        }
    },
    MOVE_POSITION(3) {
        @Override
        boolean apply(Draft draft) {
            return draft.replace(
                    draft.callback(draft::seenTwice), c -> draft.with(c, c.position() + 1, c.sender(), c.body()));
        }
    },
    APPEND_TWICE(3) {
        @Override
        boolean apply(Draft draft) {
            CalledBack victim = draft.anyCallback();
            draft.events.add(draft.with(victim, 999_999, victim.sender(), victim.body()));
            return true;
        }
    },
    ACCEPT_TWO_BODIES(3) {
        @Override
        boolean apply(Draft draft) {
            return draft.replace(
                    draft.any(Settled.class, settled -> settled.code().equals("CONFLICT")),
                    s -> new Settled(s.at(), s.by(), s.ref(), Outcome.ACCEPTED, "OK"));
        }
    },
    DOUBLE(4) {
        @Override
        boolean apply(Draft draft) {
            CalledBack victim = draft.anyCallback();
            draft.events.add(draft.events.indexOf(victim) + 1, victim);
            return true;
        }
    },
    DELIVER_ACKNOWLEDGED(4) {
        @Override
        boolean apply(Draft draft) {
            Acked ack = draft.any(Acked.class, a -> draft.runs(a.by()) > a.by().run());
            if (ack == null) {
                return false;
            }
            CalledBack given = Objects.requireNonNull(draft.callback(
                    c -> c.by().equals(ack.by()) && c.peer().equals(ack.peer()) && c.position() == ack.position()));
            draft.events.add(draft.by(
                    given,
                    new DeviceRun(ack.by().uid(), ack.by().device(), ack.by().run() + 1)));
            return true;
        }
    },
    FORGET_UNACKNOWLEDGED(4) {
        @Override
        boolean apply(Draft draft) {
            CalledBack victim = draft.callback(c -> c.redelivered()
                    && draft.presentAtEnd(c.by())
                    && c.by().run() == draft.runs(c.by())
                    && draft.any(
                                    Acked.class,
                                    a -> a.by().device().equals(c.by().device())
                                            && a.by().uid().equals(c.by().uid())
                                            && a.peer().equals(c.peer()))
                            != null);
            return draft.events.remove(victim);
        }
    },
    SWAP(6) {
        @Override
        boolean apply(Draft draft) {
            CalledBack first = draft.callback(c -> draft.nextInRun(c) != null);
            if (first == null) {
                return false;
            }
            CalledBack second = Objects.requireNonNull(draft.nextInRun(first));
            int at = draft.events.indexOf(first);
            draft.events.set(draft.events.indexOf(second), first);
            draft.events.set(at, second);
            return true;
        }
    },
    SWAP_CONTENTS(5) {
        @Override
        boolean apply(Draft draft) {
            CalledBack first = draft.callback(c -> draft.nextIsComparable(c));
            CalledBack second = first == null ? null : draft.nextInRun(first);
            if (first == null || second == null) {
                return false;
            }
            return draft.replace(first, c -> draft.holding(c, second))
                    && draft.replace(second, c -> draft.holding(c, first));
        }
    },
    SWAP_EVERYWHERE(5) {
        @Override
        boolean apply(Draft draft) {
            CalledBack first = draft.callback(c -> c.own() && draft.acceptedAtOnce(c));
            CalledBack second = first == null
                    ? null
                    : draft.callback(c -> c.own()
                            && c.by().equals(first.by())
                            && c.peer().equals(first.peer())
                            && c.position() > first.position()
                            && draft.acceptedAtOnce(c)
                            && draft.sentByOneDevice(first, c));
            if (first == null || second == null) {
                return false;
            }
            draft.events.replaceAll(event -> {
                if (event instanceof CalledBack c && draft.same(c, first)) {
                    return draft.holding(c, second);
                }
                return event instanceof CalledBack c && draft.same(c, second) ? draft.holding(c, first) : event;
            });
            return true;
        }
    },
    TWO_AT_ONE_POSITION(6) {
        @Override
        boolean apply(Draft draft) {
            CalledBack first = draft.callback(c -> draft.nextInRun(c) != null);
            CalledBack second = first == null ? null : draft.nextInRun(first);
            return first != null && draft.replace(second, c -> draft.with(c, first.position(), c.sender(), c.body()));
        }
    },
    CURSOR_BACK(6) {
        @Override
        boolean apply(Draft draft) {
            Acked ack = draft.any(Acked.class, any -> true);
            if (ack == null) {
                return false;
            }
            draft.events.add(
                    draft.events.indexOf(ack) + 1, new Acked(ack.at(), ack.by(), ack.peer(), ack.position() - 1));
            return true;
        }
    },
    ACKNOWLEDGE_UNSEEN(6) {
        @Override
        boolean apply(Draft draft) {
            return draft.replace(
                    draft.any(Acked.class, any -> true),
                    a -> new Acked(a.at(), a.by(), a.peer(), a.position() + 999_999));
        }
    },
    HOLE(7) {
        @Override
        boolean apply(Draft draft) {
            CalledBack before = draft.callback(c -> {
                CalledBack middle = draft.nextInRun(c);
                return middle != null && draft.nextInRun(middle) != null && draft.seenElsewhere(middle);
            });
            CalledBack victim = before == null ? null : draft.nextInRun(before);
            return victim != null && draft.removeAll(event -> draft.sameOnDevice(event, victim));
        }
    },
    HOLE_SHOWN_BY_PREV(7) {
        @Override
        boolean apply(Draft draft) {
            CalledBack before = draft.callback(c -> {
                CalledBack next = draft.nextInRun(c);
                return next != null && next.prev() >= 0;
            });
            return before != null
                    && draft.replace(
                            draft.nextInRun(before),
                            c -> new CalledBack(
                                    c.at(),
                                    c.by(),
                                    c.peer(),
                                    c.position(),
                                    c.position() - 1,
                                    c.messageId(),
                                    c.sender(),
                                    c.body(),
                                    c.own(),
                                    c.redelivered()));
        }
    },
    PREV_HIDES(7) {
        @Override
        boolean apply(Draft draft) {
            return draft.replace(
                    draft.callback(c -> c.prev() > 1),
                    c -> new CalledBack(
                            c.at(),
                            c.by(),
                            c.peer(),
                            c.position(),
                            c.prev() - 1,
                            c.messageId(),
                            c.sender(),
                            c.body(),
                            c.own(),
                            c.redelivered()));
        }
    },
    DROP_UNKNOWN_THAT_OTHERS_SAW(7) {
        @Override
        boolean apply(Draft draft) {
            CalledBack victim = draft.callback(
                    c -> draft.presentAtEnd(c.by()) && draft.owed(c) && !draft.accepted(c) && draft.seenElsewhere(c));
            return victim != null && draft.removeAll(event -> draft.sameOnDevice(event, victim));
        }
    },
    REVOKE(9) {
        @Override
        boolean apply(Draft draft) {
            Settled ok = draft.any(Settled.class, settled -> settled.outcome() == Outcome.ACCEPTED);
            draft.events.add(new Settled(0, Objects.requireNonNull(ok).by(), ok.ref(), Outcome.UNKNOWN, ""));
            return true;
        }
    },
    LOSE_OUTCOME(9) {
        @Override
        boolean apply(Draft draft) {
            return draft.events.remove(draft.any(Settled.class, settled -> !draft.crashed(settled.by())));
        }
    },
    CONFLICT_AFTER_OK(9) {
        @Override
        boolean apply(Draft draft) {
            Settled ok = draft.any(Settled.class, settled -> settled.outcome() == Outcome.ACCEPTED);
            Invoked sent = Objects.requireNonNull(draft.any(
                    Invoked.class, i -> i.ref() == Objects.requireNonNull(ok).ref()));
            draft.events.add(new Invoked(0, sent.by(), 999_999, sent.peer(), sent.messageId(), sent.body()));
            draft.events.add(new Settled(0, sent.by(), 999_999, Outcome.REJECTED, "CONFLICT"));
            return true;
        }
    };

    final int contract;

    Corruption(int contract) {
        this.contract = contract;
    }

    /** Breaks the draft; false when it holds nothing to break in this way. */
    abstract boolean apply(Draft draft);

    /** A history being broken, with the questions that the operators ask of it. */
    static final class Draft {
        final List<Event> events;
        private final HistoryIndex index;
        private final Random random;

        Draft(List<Event> events, Random random) {
            this.events = new ArrayList<>(events);
            this.index = new HistoryIndex(events);
            this.random = random;
        }

        @Nullable CalledBack callback(Predicate<CalledBack> fits) {
            return any(CalledBack.class, fits);
        }

        CalledBack anyCallback() {
            return Objects.requireNonNull(callback(any -> true));
        }

        <E extends Event> @Nullable E any(Class<E> type, Predicate<E> fits) {
            List<E> found = events.stream()
                    .filter(type::isInstance)
                    .map(type::cast)
                    .filter(fits)
                    .toList();
            return found.isEmpty() ? null : found.get(random.nextInt(found.size()));
        }

        <E extends Event> boolean replace(@Nullable E old, UnaryOperator<E> change) {
            return old != null && events.set(events.indexOf(old), change.apply(old)) != null;
        }

        boolean removeAll(Predicate<CalledBack> fits) {
            return events.removeIf(event -> event instanceof CalledBack callback && fits.test(callback));
        }

        CalledBack with(CalledBack c, long position, String sender, String body) {
            boolean own = sender.equals(c.by().uid());
            return new CalledBack(
                    c.at(), c.by(), c.peer(), position, -1, c.messageId(), sender, body, own, c.redelivered());
        }

        CalledBack by(CalledBack c, DeviceRun run) {
            return new CalledBack(
                    c.at(), run, c.peer(), c.position(), c.prev(), c.messageId(), c.sender(), c.body(), c.own(), true);
        }

        /** The place of one callback with the message of another. */
        CalledBack holding(CalledBack place, CalledBack message) {
            return new CalledBack(
                    place.at(),
                    place.by(),
                    place.peer(),
                    place.position(),
                    place.prev(),
                    message.messageId(),
                    message.sender(),
                    message.body(),
                    message.sender().equals(place.by().uid()),
                    place.redelivered());
        }

        boolean same(CalledBack a, CalledBack b) {
            return HistoryIndex.identity(a).equals(HistoryIndex.identity(b));
        }

        boolean sameOnDevice(CalledBack a, CalledBack b) {
            return same(a, b)
                    && a.by().uid().equals(b.by().uid())
                    && a.by().device().equals(b.by().device());
        }

        boolean accepted(CalledBack c) {
            return index.message(c).accepted();
        }

        /** Its first send got the OK. */
        boolean acceptedAtOnce(CalledBack c) {
            return index.message(c).sendings.get(0).acceptance() != null;
        }

        boolean sentByOneDevice(CalledBack a, CalledBack b) {
            DeviceRun one = index.message(a).sendings.get(0).invoked.event().by();
            DeviceRun other = index.message(b).sendings.get(0).invoked.event().by();
            return one.uid().equals(other.uid()) && one.device().equals(other.device());
        }

        boolean seenTwice(CalledBack c) {
            return index.message(c).callbacks.size() > 1;
        }

        boolean seenElsewhere(CalledBack c) {
            return index.message(c).callbacks.stream().anyMatch(other -> !sameOnDevice(other.event(), c));
        }

        boolean owed(CalledBack c) {
            Device device = device(c.by());
            return device.owed(index.message(c).sendings.get(0).invoked.event().at());
        }

        boolean presentAtEnd(DeviceRun run) {
            return device(run).presentAtEnd();
        }

        int runs(DeviceRun run) {
            return device(run).runs.size();
        }

        boolean crashed(DeviceRun run) {
            return Objects.requireNonNull(index.run(run)).crashed();
        }

        @Nullable CalledBack nextInRun(CalledBack c) {
            List<Entry<CalledBack>> all =
                    Objects.requireNonNull(index.run(c.by())).callbacks.get(c.conversation());
            for (int i = 0; all != null && i < all.size() - 1; i++) {
                if (all.get(i).event().equals(c)) {
                    return all.get(i + 1).event();
                }
            }
            return null;
        }

        /** Another device was given it and the next one, too, and this one was given them once. */
        boolean nextIsComparable(CalledBack c) {
            CalledBack next = nextInRun(c);
            return next != null
                    && index.devices().stream()
                            .filter(device -> device != device(c.by()))
                            .anyMatch(device -> times(device, c) > 0 && times(device, next) > 0)
                    && times(device(c.by()), c) == 1
                    && times(device(c.by()), next) == 1;
        }

        private long times(Device device, CalledBack c) {
            return index.message(c).callbacks.stream()
                    .filter(other -> device(other.event().by()) == device)
                    .count();
        }

        private Device device(DeviceRun run) {
            return index.devices().stream()
                    .filter(device -> device.uid.equals(run.uid()) && device.device.equals(run.device()))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
