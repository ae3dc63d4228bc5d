package im.simulator.chat;

import im.simulator.ledger.Roster;
import java.util.SplittableRandom;

/**
 * The sends of a run, one after another: when, in which conversation, by whom, carrying what. Intervals are exponential
 * (independent senders), the times fixed before anything runs. The same plan gives the same script. One thread.
 */
final class Script {
    private final Population population;
    private final int payloads;
    private final SplittableRandom random;
    private final double meanIntervalNanos;
    private final long endNanos;
    private double clockNanos;
    private int conversation;
    private int senderSlot;
    private int payload;

    Script(ChatPlan plan, Population population, int payloads) {
        this.population = population;
        this.payloads = payloads;
        this.random = plan.random(ChatPlan.Stream.SCRIPT);
        this.meanIntervalNanos = 1e9 / plan.rate();
        this.endNanos = plan.duration().toNanos();
    }

    /** Goes on to the next send; false when the duration is over. */
    boolean next() {
        clockNanos += -Math.log(1 - random.nextDouble()) * meanIntervalNanos;
        Roster roster = population.roster();
        conversation = population.pickConversation(random);
        senderSlot = random.nextInt(roster.senderSlots(conversation));
        payload = random.nextInt(payloads);
        return clockNanos < endNanos;
    }

    /** When, from the start. */
    long offsetNanos() {
        return (long) clockNanos;
    }

    int conversation() {
        return conversation;
    }

    int senderSlot() {
        return senderSlot;
    }

    int payload() {
        return payload;
    }
}
