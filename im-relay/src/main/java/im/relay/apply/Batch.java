package im.relay.apply;

import im.protocol.ConversationKey;
import im.relay.GroupEffect;
import im.relay.IndexView;
import im.relay.LoggedMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Neighbouring records of one partition and epoch, with their duplicates decided.
 *
 * @param next the offset behind the last of them
 * @param end where a view stands that has applied them
 * @param term of the last of them
 * @param messages those that are no duplicates, positions rising
 * @param changes those of the messages that change groups
 * @param effects what came of these; empty until it has been worked out
 */
record Batch(
        long next,
        long end,
        int term,
        List<LoggedMessage> messages,
        int duplicates,
        int poison,
        List<PlacedChange> changes,
        List<EffectiveChange> effects) {

    Batch with(List<EffectiveChange> reckoned) {
        return new Batch(next, end, term, messages, duplicates, poison, changes, reckoned);
    }

    List<GroupEffect> groupEffects() {
        return effects.stream().map(EffectiveChange::effect).toList();
    }

    /**
     * By the bucket of the uid's index: of each direct conversation the last message, for each of its uids, and of each
     * group the last change of what a uid is in it.
     */
    Map<Integer, List<IndexView.Entry>> heads(IndexView index) {
        Map<ConversationKey, LoggedMessage> heads = new LinkedHashMap<>();
        messages.forEach(message -> heads.put(message.conversation(), message));
        List<IndexView.Entry> entries = new ArrayList<>();
        heads.values()
                .forEach(head -> head.conversation()
                        .uids()
                        .forEach(uid -> entries.add(
                                new IndexView.Entry(uid, head.conversation(), head.position(), head.acceptedMs()))));
        Map<IndexReplay.Key, IndexView.Entry> members = new LinkedHashMap<>();
        effects.forEach(change -> IndexReplay.entries(change.effect())
                .forEach(entry -> members.put(new IndexReplay.Key(entry.uid(), entry.conversation()), entry)));
        entries.addAll(members.values());
        return IndexReplay.byBucket(index, entries);
    }
}
