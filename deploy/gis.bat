@echo off
rem The command line: gis area, gis report -o report.pdf, ...
rem No call: it would read the words again and drop a percent sign.
"%~dp0start.bat" gis %*
