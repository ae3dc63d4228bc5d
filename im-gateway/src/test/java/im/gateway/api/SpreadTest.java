package im.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.BroadcastProgress;
import im.protocol.v1.PushedBroadcast;
import im.protocol.v1.PushedBroadcast.WhatCase;
import im.protocol.v1.Send;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class SpreadTest {
    private static final Send SEND = Send.newBuilder().setText("hello").build();

    private final List<Long> live = new ArrayList<>(List.of(7L, 8L));
    private final List<PushedBroadcast> toSeven = new ArrayList<>();
    private final Spread spread =
            new Spread(new Broadcast.Order("id", "ann", SEND, 10, new byte[] {1}), 6, new OtherGateways() {
                @Override
                public String name(long node) {
                    return "node-" + node;
                }

                @Override
                public long self() {
                    return 6;
                }

                @Override
                public List<Long> live() {
                    return List.copyOf(live);
                }

                @Override
                public void tell(long node, PushedBroadcast said) {
                    if (node == 7) {
                        toSeven.add(said);
                    }
                }

                @Override
                public void listen(Consumer<PushedBroadcast> heard) {
                    throw new IllegalStateException("nobody listens here");
                }
            });

    private static BroadcastProgress progress(int sent, boolean ended) {
        return BroadcastProgress.newBuilder()
                .setReceivers(5)
                .setSent(sent)
                .setEnded(ended)
                .build();
    }

    @Test
    void theRateIsSharedByAllGatewaysAndNoneGetsNothing() {
        assertThat(spread.share()).isEqualTo(4);
    }

    @Test
    void anOrderIsRepeatedUntilItIsAnsweredAndThenOnlyAskedAfter() {
        spread.ask();
        spread.ask();
        spread.heard(7, progress(1, false));
        spread.ask();

        assertThat(toSeven)
                .extracting(PushedBroadcast::getWhatCase)
                .containsExactly(WhatCase.ORDER, WhatCase.ORDER, WhatCase.WHAT_NOT_SET);
        assertThat(toSeven.get(0).getFrom()).isEqualTo(6);
        assertThat(toSeven.get(0).getOrder().getPerSecond()).isEqualTo(4);
        assertThat(toSeven.get(0).getOrder().getSender()).isEqualTo("ann");
    }

    @Test
    void itEndsWhenEachGatewayHasEndedOrIsGone() {
        spread.heard(7, progress(5, true));
        assertThat(spread.hasEnded()).isFalse();

        live.remove(8L);
        spread.ask();

        assertThat(spread.hasEnded()).isTrue();
        assertThat(toSeven).isEmpty();
    }

    @Test
    void whatComesLateTakesNothingBack() {
        spread.heard(7, progress(5, true));
        spread.heard(7, progress(2, false));
        spread.heard(8, progress(3, true));

        assertThat(spread.hasEnded()).isTrue();
        assertThat(spread.progress().getSent()).isEqualTo(8);
        assertThat(spread.progress().getReceivers()).isEqualTo(10);
    }

    @Test
    void whoeverIsStillAtItIsToldToEnd() {
        spread.cancel();
        spread.heard(7, progress(5, true));
        spread.cancel();

        assertThat(toSeven).extracting(PushedBroadcast::getCancelled).containsExactly(true);
    }
}
