package im.testkit.checker;

import im.protocol.ConversationKey;
import im.testkit.history.Event.CalledBack;
import im.testkit.history.Event.Settled;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Contract 1, and of contract 7 the message that nobody said was accepted and somebody was given. Every uid of a history is
 * in each of its groups, all the time.
 */
final class CompletenessRules {
    private final HistoryIndex index;
    private final Report report;

    CompletenessRules(HistoryIndex index, Report report) {
        this.index = index;
        this.report = report;
    }

    void check() {
        for (Device device : index.devices()) {
            if (device.presentAtEnd()) {
                index.conversations().forEach((conversation, messages) -> {
                    if (conversation.isGroup() || conversation.includes(device.uid)) {
                        check(device, conversation, messages);
                    }
                });
            }
        }
    }

    private void check(Device device, ConversationKey conversation, List<Message> messages) {
        Set<Identity> given = given(device, conversation);
        for (Message message : messages) {
            if (message.sendings.isEmpty()
                    || given.contains(message.identity)
                    || !device.owed(message.sendings.get(0).invoked.event().at())) {
                continue;
            }
            Entry<Settled> acceptance = message.acceptance();
            if (acceptance != null) {
                report.add(
                        1,
                        message.identity + " was accepted and never reached " + device,
                        message.sendings.get(0).invoked,
                        acceptance);
            } else if (!message.callbacks.isEmpty()) {
                Entry<CalledBack> seen = message.callbacks.get(0);
                report.add(7, message.identity + " reached " + seen.event().by() + " and never " + device, seen);
            }
        }
    }

    private static Set<Identity> given(Device device, ConversationKey conversation) {
        Set<Identity> given = new HashSet<>();
        for (Run run : device.runs) {
            for (Entry<CalledBack> callback : run.callbacks.getOrDefault(conversation, List.of())) {
                given.add(HistoryIndex.identity(callback.event()));
            }
        }
        return given;
    }
}
