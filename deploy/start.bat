@echo off
rem Opens the app. Everything it needs lies in this folder; no internet is used.
setlocal
set "here=%~dp0"
set "found="
if not exist "%here%start.py" goto packed
if not exist "%here%PYTHONS.txt" goto packed
for /f "usebackq" %%v in ("%here%PYTHONS.txt") do call :try py -%%v
for %%p in (python python3) do call :try %%p
if not defined found goto missing
%found% "%here%start.py" %*
set "code=%errorlevel%"
if not "%code%"=="0" if "%~1"=="" pause
exit /b %code%
:try
rem The Store's python.exe, a 32-bit Python and one without wheels say no.
if defined found exit /b 0
call %* "%here%start.py" --fits >nul 2>nul
if not errorlevel 1 set "found=%*"
exit /b 0
:packed
echo Unpack the whole zip first, then double-click start.bat in the unpacked folder.
pause
exit /b 1
:missing
for /f "tokens=2 delims=:." %%c in ('chcp') do set "page=%%c"
chcp 65001 >nul
type "%here%NO_PYTHON.txt"
chcp %page% >nul
type "%here%PYTHONS.txt"
pause
exit /b 1
