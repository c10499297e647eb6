package lateflights;

import org.apache.flink.api.common.functions.CoGroupFunction;
import org.apache.flink.util.Collector;

/** The flights of an airport in an hour, each with the weather of that hour. */
public class WithWeather implements CoGroupFunction<Flight, Weather, Flight> {
  @Override
  public void coGroup(Iterable<Flight> flights, Iterable<Weather> hour, Collector<Flight> out) {
    Weather weather = null;
    for (Weather only : hour) weather = only;
    for (Flight flight : flights) {
      flight.weather = weather;
      out.collect(flight);
    }
  }
}
