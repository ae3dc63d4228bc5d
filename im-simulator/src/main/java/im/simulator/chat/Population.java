package im.simulator.chat;

import im.simulator.ledger.Roster;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Users, their devices, and who talks with whom: every user picks a few others; some users with several devices also
 * write notes to themselves. A few conversations are hot. The same plan gives the same population.
 */
final class Population {
    private static final int PEERS = 4;
    private static final int NOTES_EVERY = 50;
    private static final int HOT_EVERY = 50;
    /** The share of all messages that goes into hot conversations. */
    private static final double HOT_SHARE = 0.2;

    private final Roster roster;
    private final int hot;

    private Population(Roster roster, int hot) {
        this.roster = roster;
        this.hot = hot;
    }

    static Population of(ChatPlan plan) {
        SplittableRandom random = plan.random(ChatPlan.Stream.POPULATION);
        int users = (plan.connections() + plan.devices() - 1) / plan.devices();
        int[] devicesOf = new int[users];
        Arrays.fill(devicesOf, plan.devices());
        devicesOf[users - 1] = plan.connections() - (users - 1) * plan.devices();
        List<long[]> pairs = pairs(devicesOf, random);
        Collections.shuffle(pairs, new Random(random.nextLong()));
        int[] first = pairs.stream().mapToInt(pair -> (int) pair[0]).toArray();
        int[] second = pairs.stream().mapToInt(pair -> (int) pair[1]).toArray();
        return new Population(new Roster(devicesOf, first, second), Math.max(1, pairs.size() / HOT_EVERY));
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

    /** A conversation for the next message. */
    int pickConversation(SplittableRandom random) {
        return random.nextDouble() < HOT_SHARE ? random.nextInt(hot) : random.nextInt(roster.conversations());
    }
}
