package im.testkit.checker;

import im.testkit.history.Event.CalledBack;
import java.util.List;

/** Contract 2. */
final class PhantomRules {
    private final HistoryIndex index;
    private final Report report;

    PhantomRules(HistoryIndex index, Report report) {
        this.index = index;
        this.report = report;
    }

    void check() {
        for (Message message : index.messages()) {
            for (Entry<CalledBack> callback : message.callbacks) {
                check(message, callback);
            }
        }
    }

    private void check(Message message, Entry<CalledBack> callback) {
        CalledBack event = callback.event();
        if (event.own() != event.sender().equals(event.by().uid())) {
            report.add(2, "the own mark of " + message.identity + " is wrong", callback);
        }
        if (message.sendings.isEmpty()) {
            neverSent(message.identity, callback);
        } else if (message.sendings.get(0).invoked.index() > callback.index()) {
            report.add(
                    2, message.identity + " was given before it was sent", callback, message.sendings.get(0).invoked);
        } else if (!message.possible()) {
            Sending sending = message.sendings.get(0);
            report.add(
                    2,
                    message.identity + " was given although all its sends were rejected",
                    sending.invoked,
                    sending.settled.get(0),
                    callback);
        }
    }

    private void neverSent(Identity identity, Entry<CalledBack> callback) {
        List<Message> namesakes = index.under(identity.messageId()).stream()
                .filter(other -> !other.sendings.isEmpty())
                .toList();
        for (Message other : namesakes) {
            if (other.identity.sender().equals(identity.sender())
                    && other.identity.conversation().equals(identity.conversation())) {
                report.add(2, identity + " was given with another body", other.sendings.get(0).invoked, callback);
                return;
            }
        }
        if (namesakes.isEmpty()) {
            report.add(2, "nobody sent " + identity, callback);
        } else {
            Identity sent = namesakes.get(0).identity;
            report.add(
                    2,
                    identity + " was sent as " + sent,
                    namesakes.get(0).sendings.get(0).invoked,
                    callback);
        }
    }
}
