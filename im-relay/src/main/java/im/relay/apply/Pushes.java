package im.relay.apply;

import im.relay.ConversationView.Move;
import im.relay.LoggedMessage;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Neighbouring messages that have their places, and what they did to groups.
 *
 * @param prevs of each message
 * @param changedAt of each message the last change of its group
 * @param changes by the position of the message
 */
record Pushes(List<LoggedMessage> messages, long[] prevs, long[] changedAt, Map<Long, EffectiveChange> changes) {

    /** Those of a batch without the first few. */
    static Pushes behind(Batch batch, Move.Moved moved, int first) {
        int end = batch.messages().size();
        List<LoggedMessage> messages = batch.messages().subList(first, end);
        Map<Long, EffectiveChange> changes = new HashMap<>();
        if (!messages.isEmpty()) {
            long from = messages.get(0).position();
            batch.effects().stream()
                    .filter(change -> change.effect().position() >= from)
                    .forEach(change -> changes.put(change.effect().position(), change));
        }
        return new Pushes(
                messages,
                Arrays.copyOfRange(moved.prevs(), first, end),
                Arrays.copyOfRange(moved.changedAt(), first, end),
                changes);
    }

    /** Whoever is told as a uid: those of direct conversations, and those whom a change names. */
    Set<String> uids() {
        Set<String> uids = new LinkedHashSet<>();
        messages.forEach(message -> uids.addAll(message.conversation().uids()));
        changes.values().forEach(change -> uids.addAll(change.effect().members().keySet()));
        return uids;
    }

    Set<String> groups() {
        Set<String> groups = new LinkedHashSet<>();
        for (LoggedMessage message : messages) {
            if (message.conversation().isGroup()) {
                groups.add(message.conversation().group());
            }
        }
        return groups;
    }

    /** Of direct conversations one for each uid, of a group one. */
    int copies() {
        return messages.stream()
                .mapToInt(m ->
                        m.conversation().isGroup() ? 1 : m.conversation().uids().size())
                .sum();
    }
}
