package lateflights;

import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Lets flights through that arrived later than their profile's p80. The keys are route and hour.
 *
 * <p>A flight waits for its profile, however the two topics are read: so the result depends neither on timing nor on what
 * the watermark of a topic is in which nothing happens any more. Flights that have no profile wait for ever; they are few.
 */
public class LaterThanUsual extends KeyedCoProcessFunction<String, Flight, Profile, Flight> {
  private transient ValueState<Integer> p80;
  private transient ListState<Flight> waiting;

  @Override
  public void open(Configuration ignored) {
    p80 = getRuntimeContext().getState(new ValueStateDescriptor<>("p80", Integer.class));
    waiting = getRuntimeContext().getListState(new ListStateDescriptor<>("waiting", Flight.class));
  }

  @Override
  public void processElement1(Flight flight, Context context, Collector<Flight> out) throws Exception {
    if (p80.value() == null) {
      waiting.add(flight);
    } else {
      compare(flight, out);
    }
  }

  @Override
  public void processElement2(Profile profile, Context context, Collector<Flight> out) throws Exception {
    p80.update(profile.p80);
    for (Flight flight : waiting.get()) compare(flight, out);
    waiting.clear();
  }

  private void compare(Flight flight, Collector<Flight> out) throws Exception {
    if (flight.delay <= p80.value()) return;
    flight.p80 = p80.value();
    out.collect(flight);
  }
}
