package im.gateway.delivery;

import im.protocol.v1.Code;
import im.protocol.v1.Error;
import im.protocol.v1.Frame;
import im.protocol.v1.GroupInfo;
import im.protocol.v1.GroupQuery;
import im.protocol.v1.MembershipChange.Joining;
import im.relay.GroupStore;
import im.relay.GroupStore.Member;
import im.relay.GroupStore.Members;
import im.relay.GroupStore.Reached;
import im.relay.GroupStore.Standing;
import im.relay.group.GroupAuthority;
import java.util.List;

/**
 * One question about a group on its way to its answer: what it is, who is in it, how far they have it; each of them a
 * read of its own in its turn. Event loop only.
 */
final class GroupAnswer {
    private final GroupStore store;
    private final OneRead reads;
    private final PageAnswers answers;
    private final String uid;
    private final int receiptMembers;
    private final long ref;
    private final GroupQuery query;

    /** @param receiptMembers groups with more members have no receipts */
    GroupAnswer(
            GroupStore store,
            OneRead reads,
            PageAnswers answers,
            String uid,
            int receiptMembers,
            long ref,
            GroupQuery query) {
        this.store = store;
        this.reads = reads;
        this.answers = answers;
        this.uid = uid;
        this.receiptMembers = receiptMembers;
        this.ref = ref;
        this.query = query;
    }

    void begin() {
        store.standing(
                query.getGroup(), uid, reads.lane(), reads.awaited(this::stands, () -> answers.goOn(this::begin)));
    }

    private void stands(Standing standing) {
        boolean aboutMembers = query.getMembers() > 0 || query.getReceipts();
        boolean shown = standing.exists() && standing.joining() == Joining.OPEN && !aboutMembers;
        if (!standing.isMember() && !shown) {
            refuse(Code.FORBIDDEN, "group", GroupAuthority.STRANGER);
        } else if (query.getReceipts() && standing.members() > receiptMembers) {
            refuse(Code.TOO_LARGE, "receipts", "a group with receipts has at most " + receiptMembers + " members");
        } else {
            GroupInfo.Builder info = GroupInfo.newBuilder().setStanding(HeadFrames.standing(standing));
            if (query.getMembers() > 0) {
                answers.goOn(() -> list(info));
            } else {
                say(info);
            }
        }
    }

    private void list(GroupInfo.Builder info) {
        store.members(
                query.getGroup(),
                query.getAfter(),
                query.getMembers(),
                reads.lane(),
                reads.<Members>awaited(members -> listed(info, members), () -> answers.goOn(() -> list(info))));
    }

    private void listed(GroupInfo.Builder info, Members members) {
        info.setMore(members.more());
        for (Member member : members.members()) {
            info.addMembers(GroupInfo.Member.newBuilder()
                    .setUid(member.uid())
                    .setRole(member.role())
                    .setJoined(member.joined()));
        }
        if (query.getReceipts() && info.getMembersCount() > 0) {
            answers.goOn(() -> reach(info));
        } else {
            say(info);
        }
    }

    private void reach(GroupInfo.Builder info) {
        List<String> uids =
                info.getMembersList().stream().map(GroupInfo.Member::getUid).toList();
        store.reached(
                query.getGroup(),
                uids,
                reads.lane(),
                reads.<List<Reached>>awaited(all -> reached(info, all), () -> answers.goOn(() -> reach(info))));
    }

    private void reached(GroupInfo.Builder info, List<Reached> all) {
        for (int i = 0; i < all.size(); i++) {
            info.getMembersBuilder(i)
                    .setDelivered(all.get(i).delivered())
                    .setRead(all.get(i).read());
        }
        say(info);
    }

    private void say(GroupInfo.Builder info) {
        answers.say(Frame.newBuilder().setRef(ref).setGroupInfo(info).build(), this::begin);
    }

    private void refuse(Code code, String field, String text) {
        answers.say(
                Frame.newBuilder()
                        .setRef(ref)
                        .setError(
                                Error.newBuilder().setCode(code).setField(field).setText(text))
                        .build(),
                this::begin);
    }
}
