package lateflights;

/** A record of profiles-in: of the route's flights in this hour, 80 of 100 arrived at most p80 minutes late. */
public class Profile {
  public String origin;
  public String dest;
  public int hour;
  public int flights;
  public long sum;
  public int p80;
}
