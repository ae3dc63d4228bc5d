package im.simulator.chat;

import im.simulator.ledger.GroupMembers;
import im.simulator.ledger.Roster;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Users, their devices, and who talks with whom: every user picks a few others; some users with several devices also
 * write notes to themselves. A few conversations are hot. Groups take their members from all users. The same plan gives
 * the same population.
 */
final class Population {
    private static final int PEERS = 4;
    private static final int NOTES_EVERY = 50;
    private static final int HOT_EVERY = 50;
    /** The share of all messages that goes into hot conversations. */
    private static final double HOT_SHARE = 0.2;

    private final Roster roster;
    private final List<GroupMembers> groups;
    private final int hot;
    private final double groupShare;

    private Population(Roster roster, List<GroupMembers> groups, int hot, double groupShare) {
        this.roster = roster;
        this.groups = groups;
        this.hot = hot;
        this.groupShare = groupShare;
    }

    static Population of(ChatPlan plan) {
        SplittableRandom random = plan.random(ChatPlan.Stream.POPULATION);
        int users = (plan.connections() + plan.devices() - 1) / plan.devices();
        int[] devicesOf = new int[users];
        Arrays.fill(devicesOf, plan.devices());
        devicesOf[users - 1] = plan.connections() - (users - 1) * plan.devices();
        List<long[]> pairs = plan.groups().share() < 1 ? pairs(devicesOf, random) : new ArrayList<>();
        Collections.shuffle(pairs, new Random(random.nextLong()));
        int[] first = pairs.stream().mapToInt(pair -> (int) pair[0]).toArray();
        int[] second = pairs.stream().mapToInt(pair -> (int) pair[1]).toArray();
        List<GroupMembers> groups = new ArrayList<>();
        for (int group = 0; group < plan.groups().groups(); group++) {
            groups.add(members(plan.groups(), users, random));
        }
        return new Population(
                new Roster(devicesOf, first, second, groups),
                groups,
                Math.max(1, pairs.size() / HOT_EVERY),
                plan.groups().share());
    }

    /** A random choice in random order, so that those who send are one too. */
    private static GroupMembers members(GroupShape shape, int users, SplittableRandom random) {
        int[] all = IntStream.range(0, users).toArray();
        int members = Math.min(shape.members(), users);
        for (int i = 0; i < members; i++) {
            int other = random.nextInt(i, users);
            int chosen = all[other];
            all[other] = all[i];
            all[i] = chosen;
        }
        return new GroupMembers(Arrays.copyOf(all, members), Math.min(shape.senders(), members));
    }

    private static List<long[]> pairs(int[] devicesOf, SplittableRandom random) {
        int users = devicesOf.length;
        Set<Long> known = new LinkedHashSet<>();
        for (int user = 0; user < users; user++) {
            for (int i = 0; i < PEERS && users > 1; i++) {
                int peer = random.nextInt(users - 1);
                peer += peer >= user ? 1 : 0;
                known.add((long) Math.min(user, peer) * users + Math.max(user, peer));
            }
            if (devicesOf[user] > 1 && user % NOTES_EVERY == 0) {
                known.add((long) user * users + user);
            }
        }
        List<long[]> pairs = new ArrayList<>(known.size());
        known.forEach(pair -> pairs.add(new long[] {pair / users, pair % users}));
        return pairs;
    }

    Roster roster() {
        return roster;
    }

    int groups() {
        return groups.size();
    }

    /** Who is in a group, its owner first. */
    int[] usersOf(int group) {
        return groups.get(group).users();
    }

    /** The number of a group among the conversations. */
    int conversationOf(int group) {
        return roster.directConversations() + group;
    }

    /** Which group a conversation is. */
    int groupOf(int conversation) {
        return conversation - roster.directConversations();
    }

    /** A conversation for the next message. */
    int pickConversation(SplittableRandom random) {
        if (groupShare > 0 && random.nextDouble() < groupShare) {
            return conversationOf(random.nextInt(groups.size()));
        }
        int direct = roster.directConversations();
        return random.nextDouble() < HOT_SHARE ? random.nextInt(hot) : random.nextInt(direct);
    }
}
