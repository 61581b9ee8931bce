#!/usr/bin/perl
# confined.pl PROFILE: what the AppArmor profile, as "apparmor_parser -p" prints it, would have
# refused of the calls that strace -y noted (standard input). The last line counts those looked at.
# SPDX-License-Identifier: GPL-2.0-or-later
use strict;
use warnings;

my (%variable, @rules);

# values TEXT: it, once for every combination of the values of its variables
sub values_of {
	my ($text) = @_;
	return ($text) unless $text =~ /^(.*?)\@\{(\w+)\}(.*)$/;
	my ($front, $name, $behind) = ($1, $2, $3);
	return map { values_of("$front$_$behind") } @{ $variable{$name} // [] };
}

# pattern TEXT: AppArmor's globs as a regular expression
sub pattern {
	my ($text) = @_;
	my ($out, $depth) = ('', 0);
	while ($text =~ /\G(\*\*|\*|\?|\[[^]]*\]|\{|\}|,|\\?.)/g) {
		my $t = $1;
		if ($t eq '**') { $out .= '.*' }
		elsif ($t eq '*') { $out .= '[^/]*' }
		elsif ($t eq '?') { $out .= '[^/]' }
		elsif ($t =~ /^\[/) { $out .= $t =~ s/^\[!/[^/r }
		elsif ($t eq '{') { $out .= '(?:'; $depth++ }
		elsif ($t eq '}') { $out .= ')'; $depth-- }
		elsif ($t eq ',' && $depth) { $out .= '|' }
		else { $out .= quotemeta($t =~ s/^\\//r) }
	}
	return qr/^$out$/;
}

open(my $profile, '<', $ARGV[0]) or die "$ARGV[0]: $!\n";
my $profiles = 0;
while (<$profile>) {
	last if /^\s*profile\s/ && $profiles++;
	if (/^\@\{(\w+)\}\s*(\+?)=\s*(.*\S)/) {
		my ($name, $more, @new) = ($1, $2, map { tr/"//dr } split ' ', $3);
		$variable{$name} = [ $more ? @{ $variable{$name} // [] } : (), @new ];
	} elsif (m!^\s*(?:owner\s+)?([/@]\S*)\s+([a-zA-Z]+),!) {
		my ($path, $modes) = ($1, $2);
		push @rules, [ pattern($_ =~ s!/+!/!gr), $modes ] for values_of($path);
	}
}

my ($looked, %refused) = (0);
sub want {
	my ($path, $modes) = @_;
	$looked++;
	my %left = map { $_ => 1 } split //, $modes;
	for my $r (@rules) {
		delete @left{ split //, $r->[1] } if $path =~ $r->[0];
	}
	$refused{"$path " . join('', sort keys %left)} = 1 if %left;
}

while (<STDIN>) {
	if (/openat\(.*?(O_RDONLY|O_WRONLY|O_RDWR)(\S*?)[,)].* = \d+<([^>]*)>/) {
		my ($way, $flags, $path) = ($1, $2, $3);
		next if $flags =~ /O_PATH/ || $path =~ /^(pipe|socket|anon_inode):/;
		$path .= '/' if ($flags =~ /O_DIRECTORY/ || -d $path) && $path ne '/';
		want($path, $way eq 'O_RDONLY' ? 'r' : $way eq 'O_RDWR' ? 'rw' : 'w');
	} elsif (/execve\("([^"]+)".* = 0$/) {
		# Under NoNewPrivileges nothing but its own profile may follow.
		want($1, 'ix');
	} elsif (/connect\(.*sun_path="([^"]+)".* = 0/) {
		want($1, 'w');
	} elsif (/\b(?:unlink|mkdir|rename)(?:at)?2?\((?:\d+<([^>]*)>, )?"([^"]+)".* = 0/) {
		my $path = defined $1 && $2 !~ m!^/! ? "$1/$2" : $2;
		$path .= '/' if /\bmkdir/;
		want($path, 'w');
	}
}
print "$_\n" for sort keys %refused;
print "looked at $looked\n";
exit(%refused ? 1 : 0);
