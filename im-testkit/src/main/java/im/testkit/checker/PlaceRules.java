package im.testkit.checker;

import im.protocol.ConversationKey;
import im.testkit.history.Event.CalledBack;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Contract 3, and of contract 6 that one position holds one message. */
final class PlaceRules {
    private final HistoryIndex index;
    private final Report report;

    PlaceRules(HistoryIndex index, Report report) {
        this.index = index;
        this.report = report;
    }

    void check() {
        index.messages().forEach(this::onePosition);
        index.conversations().forEach(this::oneMessage);
        oneBody();
    }

    private void onePosition(Message message) {
        Set<Long> told = new HashSet<>();
        for (Entry<CalledBack> callback : message.callbacks) {
            Entry<CalledBack> first = message.callbacks.get(0);
            long position = callback.event().position();
            if (position != first.event().position() && told.add(position)) {
                report.add(3, message.identity + " stands at two positions", first, callback);
            }
        }
    }

    private void oneMessage(ConversationKey conversation, List<Message> messages) {
        Map<Long, Message> at = new HashMap<>();
        Set<Long> told = new HashSet<>();
        for (Message message : messages) {
            for (Entry<CalledBack> callback : message.callbacks) {
                long position = callback.event().position();
                Message first = at.putIfAbsent(position, message);
                if (first != null && !first.identity.equals(message.identity) && told.add(position)) {
                    Entry<CalledBack> other = callbackAt(first, position);
                    report.add(
                            6, "position " + position + " of " + conversation + " holds two messages", other, callback);
                }
            }
        }
    }

    private static Entry<CalledBack> callbackAt(Message message, long position) {
        return message.callbacks.stream()
                .filter(callback -> callback.event().position() == position)
                .findFirst()
                .orElseThrow();
    }

    private void oneBody() {
        Map<Identity, Message> accepted = new HashMap<>();
        for (Message message : index.messages()) {
            if (message.accepted()) {
                Identity id = message.identity;
                Message first =
                        accepted.putIfAbsent(new Identity(id.conversation(), id.sender(), id.messageId(), ""), message);
                if (first != null) {
                    report.add(
                            3,
                            id + " was accepted with two bodies",
                            Objects.requireNonNull(first.acceptance()),
                            Objects.requireNonNull(message.acceptance()));
                }
            }
        }
    }
}
