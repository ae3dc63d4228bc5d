package im.relay.apply;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Kind;
import im.relay.group.GroupState;
import im.relay.group.Membership;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What of groups comes back when a view and the lists were lost, and by whom. */
class RebuiltGroupsTest extends OneChatOneRelay {
    private static final ConversationKey GROUP = ConversationKey.group("g");

    private int ids = 1_000;

    private void change(String sender, Kind kind, String... uids) {
        MembershipChange change = MembershipChange.newBuilder()
                .setKind(kind)
                .addAllUids(List.of(uids))
                .build();
        sim.sendTo("g", sender, ids++, change);
    }

    private Membership member(String uid) {
        return sim.view.slot(0).members.getOrDefault("g", Map.of()).getOrDefault(uid, Membership.NEVER);
    }

    private void flush() {
        sim.view.flush();
        sim.index.flush();
    }

    @Test
    void d16WhatEndedARetentionAgoDoesNotComeBackWithARebuild() {
        change("ann", Kind.CREATED, "bob", "cat");
        change("ann", Kind.REMOVED, "bob");
        for (Kind kind : List.of(Kind.CREATED, Kind.DISSOLVED)) {
            var change = MembershipChange.newBuilder().setKind(kind);
            sim.sendTo("h", "ann", ids++, change.build());
        }
        settle();
        sim.world.pass(RelaySim.CONFIG.retention().plus(BEAT));
        change("ann", Kind.REMOVED, "cat");
        settle();
        flush();

        sim.settle();

        assertThat(member("bob")).isEqualTo(Membership.NEVER);
        assertThat(sim.index.head("bob", GROUP)).isZero();
        assertThat(member("cat").closed()).hasSize(1);
        assertThat(member("ann").joined()).isEqualTo(position(0));
        assertThat(sim.view.slot(0).groups.getOrDefault("h", GroupState.NONE))
                .satisfies(ended -> assertThat(ended.exists()).isTrue())
                .satisfies(ended -> assertThat(ended.isOpen()).isFalse());
        assertThat(sim.view.slot(0).members.getOrDefault("h", Map.of())).isEmpty();
    }

    @Test
    void d6AMoveWaitsForNobodyElsesGroups() {
        change("ann", Kind.CREATED, "bob");
        settle();
        ModelLog.Partition log = sim.log.partitions.get(0);
        log.first = log.records.size();
        flush();
        int restores = sim.view.restores;
        sim.world.until("restored, not moved", () -> sim.view.restores > restores);
        sim.view.slot(0).attempt = "another";
        sim.view.slot(0).members.remove("g");

        settle();

        assertThat(sim.count("im.relay.seeks", "why", "view_moved")).isPositive();
        assertThat(member("bob").isMember()).isTrue();
    }
}
