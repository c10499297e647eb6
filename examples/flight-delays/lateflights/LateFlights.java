package lateflights;

import fusion.FusionStage;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.formats.json.JsonDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.time.Time;

/**
 * The stage `alert` (Flink, streaming): flights that arrived later than usual.
 *
 * <p>Whatever happens to the job, it writes the same alerts: an hour is closed by event time, when both topics are past it
 * in all partitions. Partitions are never declared idle, because that would let time pass records which are only slow;
 * heartbeats in each partition keep it going instead.
 */
public final class LateFlights {
  @SuppressWarnings("deprecation")
  public static void main(String[] arguments) throws Exception {
    FusionStage stage = FusionStage.read();
    StreamExecutionEnvironment flink = StreamExecutionEnvironment.getExecutionEnvironment();

    DataStream<Flight> flights =
        source(flink, stage, "flights-live", Flight.class, stage.watermarks()).filter(Flight::arrived).uid("arrived");
    DataStream<Weather> weather =
        source(flink, stage, "weather", Weather.class, stage.watermarks()).filter(hour -> hour.origin != null).uid("known");
    DataStream<Profile> profiles =
        source(flink, stage, "profiles-in", Profile.class, FusionStage.timeless());

    SingleOutputStreamOperator<Flight> withWeather =
        flights
            .coGroup(weather)
            .where(flight -> flight.origin)
            .equalTo(hour -> hour.origin)
            .window(TumblingEventTimeWindows.of(Time.hours(1)))
            .with(new WithWeather()); // until apply() gives what has a uid
    withWeather
        .uid("with-weather")
        .connect(profiles)
        .keyBy(flight -> flight.route() + "-" + flight.hour, profile -> profile.origin + "-" + profile.dest + "-" + profile.hour)
        .process(new LaterThanUsual())
        .uid("later-than-usual")
        .sinkTo(stage.sink(new AlertRecord(stage.output("alerts"))))
        .uid("alerts");

    flink.execute(stage.get("pipeline") + "/" + stage.get("stage"));
  }

  private static <T> SingleOutputStreamOperator<T> source(
      StreamExecutionEnvironment flink, FusionStage stage, String name, Class<T> type, WatermarkStrategy<T> watermarks) {
    return flink.fromSource(stage.source(stage.input(name), new JsonDeserializationSchema<>(type)), watermarks, name).uid(name);
  }

  private LateFlights() {}
}
